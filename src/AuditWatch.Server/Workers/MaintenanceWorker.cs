using AuditWatch.Ingest.Journal;
using AuditWatch.Storage.Index;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Workers;

/// <summary>Once a minute: journal segments past their age or beyond the size go, and the embedded index forgets their rows.</summary>
sealed partial class MaintenanceWorker(LocalJournal journal, TimeProvider clock, ILogger<MaintenanceWorker> log, IEventIndex? index = null) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1), clock);
        while (await timer.WaitForNextTickAsync(stoppingToken).AsTask().ContinueWith(t => t.IsCompletedSuccessfully && t.Result, TaskScheduler.Default))
        {
            try
            {
                if (journal.ApplyRetention() > 0 && index is not null && journal.FirstSegment is { } first) await index.ForgetBeforeAsync(first, stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                CouldNotRetain(log, fault);
            }
        }
    }

    [LoggerMessage(3401, LogLevel.Warning, "Could not remove old journal segments; it is tried again in a minute.")]
    static partial void CouldNotRetain(ILogger log, Exception fault);
}
