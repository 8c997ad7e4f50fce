using AuditWatch.Server.Bus.Contracts;
using AuditWatch.Server.Configuration;
using AuditWatch.Storage.State;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Bus;

/// <summary>Tells a signed HTTP webhook of new alerts at or above a level. What is not taken stays in the outbox and comes again later, with growing pauses.</summary>
sealed partial class AlertWebhookConsumer(AuditWatchConfig config, StateStore state, Deliveries deliveries, IHttpClientFactory clients, TimeProvider clock, IHostApplicationLifetime host, ILogger<AlertWebhookConsumer> log)
    : IConsumer<AlertRaised>
{
    public const string Name = "notify";

    public Task Consume(ConsumeContext<AlertRaised> context) =>
        deliveries.TakeAsync(Name, [context.Message], _ => TellAsync(context.Message, context.CancellationToken), context.CancellationToken);

    async Task TellAsync(AlertRaised message, CancellationToken stop)
    {
        // The bus waits for its consumers when it stops; a receiver that does not answer must not make everybody wait. What is cut off is sent again.
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stop, host.ApplicationStopping);
        if (await state.IsDoneAsync(Name, message.OutboxId, stop)) return;
        var alert = await state.FindAlertAsync(message.AlertId, stop);
        if (alert is null || !IsWanted(message, alert) || await SendAsync(alert, stopping.Token)) await state.MarkDoneAsync(Name, [message.OutboxId], stop);
        else await deliveries.LaterAsync([message], stop);
    }

    bool IsWanted(AlertRaised message, StoredAlert alert) =>
        config.Notify.WebhookUrl is not null && message.Version == 1 && AlertLevel.RankOf(alert.Alert.Level) >= AlertLevel.RankOf(config.Notify.MinLevel);

    async Task<bool> SendAsync(StoredAlert alert, CancellationToken stop)
    {
        try
        {
            var key = StandardWebhook.KeyOf((await File.ReadAllTextAsync(config.Notify.WebhookSecretFile!, stop)).Trim());
            using var request = StandardWebhook.Sign(new Uri(config.Notify.WebhookUrl!), alert.Alert.AlertId, clock.GetUtcNow(), AlertRows.Of(alert, config.Journal.Kafka?.Topic), key);
            using var client = clients.CreateClient(Name);
            using var response = await client.SendAsync(request, stop);
            if (response.IsSuccessStatusCode) return true;
            Refused(log, alert.Alert.AlertId, (int)response.StatusCode);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or FormatException or TaskCanceledException && !stop.IsCancellationRequested)
        {
            NotReached(log, alert.Alert.AlertId, fault.Message);
        }
        catch (OperationCanceledException) when (host.ApplicationStopping.IsCancellationRequested)
        {
            // Stays in the outbox.
        }
        return false;
    }

    [LoggerMessage(3201, LogLevel.Warning, "The alert webhook answered {Status} for alert {AlertId}; it is sent again later.")]
    static partial void Refused(ILogger log, string alertId, int status);

    [LoggerMessage(3202, LogLevel.Warning, "The alert webhook was not reached for alert {AlertId} ({Reason}); it is sent again later.")]
    static partial void NotReached(ILogger log, string alertId, string reason);
}
