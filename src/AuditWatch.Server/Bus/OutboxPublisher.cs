using AuditWatch.Storage.State;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Bus;

/// <summary>
/// Outbox → bus. Takes due rows (which pushes their due time on, so that whatever is lost on the way comes again), publishes what each alert is now, and leaves it
/// to the consumers to mark a row done. Polling is cheap and needs no wake-up that could be missed.
/// </summary>
sealed partial class OutboxPublisher(StateStore state, IBus bus, TimeProvider clock, ILogger<OutboxPublisher> log) : BackgroundService
{
    const int Batch = 200;
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var taken = 0;
            try
            {
                taken = await PublishDueAsync(stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                CouldNotPublish(log, fault);
            }
            if (taken < Batch) await Task.Delay(Pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    async Task<int> PublishDueAsync(CancellationToken stop)
    {
        var due = await state.TakeDueAsync(Batch, stop);
        if (due.Count == 0) return 0;
        foreach (var entry in due) await bus.Publish(new AlertRaised(entry.Id, entry.AlertId, entry.Version), stop);
        return due.Count;
    }

    [LoggerMessage(3101, LogLevel.Error, "Could not publish from the outbox; the rows stay and are tried again.")]
    static partial void CouldNotPublish(ILogger log, Exception fault);
}
