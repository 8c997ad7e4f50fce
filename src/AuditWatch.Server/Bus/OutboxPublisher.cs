using AuditWatch.Server.Bus.Contracts;
using AuditWatch.Server.Configuration;
using AuditWatch.Storage.State;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Bus;

/// <summary>
/// Outbox → bus. Takes due rows (which pushes their due time on, so that whatever is lost on the way comes again), publishes what each alert is now, and leaves it
/// to the consumers to mark a row done. A broker that has confirmed a message keeps it, so its row rests for hours; the process's own bus keeps nothing. While the broker is
/// away nothing is taken, so that everything is due the moment it is back. Polling is cheap and needs no wake-up that could be missed.
/// </summary>
sealed partial class OutboxPublisher(StateStore state, IBusControl bus, AuditWatchConfig config, Deliveries deliveries, TimeProvider clock, ILogger<OutboxPublisher> log) : BackgroundService
{
    const int Batch = 200;
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250), ConfirmWithin = TimeSpan.FromSeconds(10);
    readonly int _consumers = AlertBus.ConsumersOf(config).Count;
    long _published;
    bool _isAway;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var taken = 0;
            try
            {
                if (IsThere()) taken = await PublishDueAsync(stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                CouldNotPublish(log, fault);
            }
            await WaitForConsumersAsync(stoppingToken);
            if (taken < Batch) await Task.Delay(Pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // What waits in the process's own bus for longer than a row rests is due again, and would be done twice; so little is brought there at a time. What nobody
    // answers for is lost there, and comes again.
    async Task WaitForConsumersAsync(CancellationToken stop)
    {
        if (config.Bus.RabbitMq is not null) return;
        var began = clock.GetTimestamp();
        while (_published - deliveries.Answered > Batch * _consumers && !stop.IsCancellationRequested)
        {
            if (clock.GetElapsedTime(began) > ConfirmWithin) _published = deliveries.Answered;
            else await Task.Delay(Pause / 10, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    bool IsThere()
    {
        var health = bus.CheckHealth();
        var isAway = health.Status != BusHealthStatus.Healthy;
        if (isAway != _isAway && config.Bus.RabbitMq is { } rabbit)
        {
            if (isAway) Away(log, rabbit.Host, rabbit.Port, health.Description);
            else Back(log, rabbit.Host, rabbit.Port);
        }
        return !(_isAway = isAway);
    }

    async Task<int> PublishDueAsync(CancellationToken stop)
    {
        var due = await state.TakeDueAsync(Batch, stop);
        if (due.Count == 0) return 0;
        _published += due.Count * _consumers;
        using var late = CancellationTokenSource.CreateLinkedTokenSource(stop);
        late.CancelAfter(ConfirmWithin);   // a broker short of memory or disk takes nothing and says nothing
        var confirms = due.Select(entry => PublishAsync(entry, late.Token)).ToList();
        try
        {
            await Task.WhenAll(confirms);
        }
        finally
        {
            if (config.Bus.RabbitMq is not null) await state.MarkSentAsync([.. due.Where((_, i) => confirms[i].IsCompletedSuccessfully)], stop);
        }
        return due.Count;
    }

    Task PublishAsync(OutboxEntry entry, CancellationToken stop) => bus.Publish(
        new AlertRaised(entry.Id, entry.AlertId, entry.Version),
        context =>
        {
            // Comes back as a fault when there is no queue for it.
            if (context.TryGetPayload(out RabbitMqSendContext? rabbit)) rabbit.Mandatory = true;
        }, stop);

    [LoggerMessage(3101, LogLevel.Error, "Could not publish from the outbox; the rows stay and are tried again.")]
    static partial void CouldNotPublish(ILogger log, Exception fault);

    [LoggerMessage(3102, LogLevel.Warning, "RabbitMQ {Host}:{Port} is not ready ({Reason}); alerts are kept and told when it is back.")]
    static partial void Away(ILogger log, string host, int port, string reason);

    [LoggerMessage(3103, LogLevel.Information, "RabbitMQ {Host}:{Port} is ready.")]
    static partial void Back(ILogger log, string host, int port);
}
