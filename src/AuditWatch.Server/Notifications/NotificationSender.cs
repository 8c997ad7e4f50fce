using AuditWatch.Storage.State;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Notifications;

/// <summary>
/// Turns what waits into messages and sends them: per route at most one message in its <c>every</c>, and one under way. What cannot be sent is tried again with growing
/// waits, which the state keeps; what is refused, or could not be sent for a day, is parked with its reason.
/// </summary>
sealed partial class NotificationSender(StateStore state, Routes routes, TimeProvider clock, ILogger<NotificationSender> log) : BackgroundService
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500), GiveUp = TimeSpan.FromDays(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await StepAsync(stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                CouldNotLook(log, fault);
            }
            await Task.Delay(Pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One round: forms what may be formed and sends what is due, all routes at once, so that a slow receiver keeps nobody else waiting for longer than one round.</summary>
    public async Task StepAsync(CancellationToken stop)
    {
        foreach (var route in routes.All) await state.FormMessageAsync(route.Name, route.Every, stop);
        await Task.WhenAll((await state.TakeDueMessagesAsync(50, stop)).Select(message => SendAsync(message, stop)));
    }

    /// <summary>Sends one message about alerts that exist; null when it was taken, else why not, and whether it never will be.</summary>
    public async Task<(string? Error, bool Refused)> TryAsync(OutgoingMessage message, CancellationToken stop)
    {
        try
        {
            await routes.ChannelOf(message.Route).SendAsync(message, stop);
            return (null, false);
        }
        catch (ChannelRefusedException refused)
        {
            return (refused.Message, true);
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            return (PlainText.Of(fault.Message, 500), false);
        }
    }

    async Task SendAsync(NotificationMessage message, CancellationToken stop)
    {
        if (routes.Find(message.Route) is not { } route)
        {
            await state.SettleMessageAsync(message.Id, "The route is not configured any more.", park: true, stop);
            return;
        }
        var alerts = await state.FindAlertsAsync(await state.AlertsOfMessageAsync(message.Id, OutgoingMessage.MostAlerts, stop), stop);
        var ordered = alerts.OrderByDescending(a => AlertLevel.RankOf(a.Alert.Level)).ThenByDescending(a => a.Alert.TimeMicros).ThenBy(a => a.Alert.AlertId, StringComparer.Ordinal).ToList();
        if (ordered.Count == 0)
        {
            await state.SettleMessageAsync(message.Id, "Its alerts are gone.", park: true, stop);
            return;
        }
        var (error, refused) = await TryAsync(new OutgoingMessage($"aw-{message.Id}", route, message.Alerts, ordered), stop);
        var isTooOld = clock.GetUtcNow() - DateTimeOffset.UnixEpoch.AddTicks(message.CreatedMicros * TimeSpan.TicksPerMicrosecond) > GiveUp;
        await state.SettleMessageAsync(message.Id, error, refused || isTooOld, stop);
        if (error is not null) NotSent(log, message.Route, message.Id, message.Attempts, refused || isTooOld ? "parked" : "tried again later", error);
    }

    [LoggerMessage(3220, LogLevel.Error, "Could not look for notifications; it is tried again.")]
    static partial void CouldNotLook(ILogger log, Exception fault);

    [LoggerMessage(3221, LogLevel.Warning, "Route {Route}: message {Message} was not taken at attempt {Attempt} and is {Fate}: {Reason}")]
    static partial void NotSent(ILogger log, string route, long message, long attempt, string fate, string reason);
}
