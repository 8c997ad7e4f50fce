using AuditWatch.Detection;
using AuditWatch.Events;
using AuditWatch.Ingest.Journal;
using AuditWatch.Server.Hosting;
using AuditWatch.Storage.State;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Workers;

/// <summary>Detection over the embedded journal, which is one partition and nobody else's.</summary>
sealed partial class DetectWorker(IPartitionedJournal journal, DetectionEngine engine, StateStore state, Backlog backlog, Committed committed, TimeProvider clock, ILogger<DetectWorker> log)
    : BackgroundService
{
    public const string Reader = "detect";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            await using var partition = journal.Open(0);
            await new DetectionRun(engine, state, backlog.Detected, committed, clock, log).RunAsync(partition, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is not committed is judged again at the next start.
        }
        catch (Exception fault)
        {
            // Going on past a frame that could not be judged would lose alerts; stopping is seen (lag grows, readyz says so) and a restart tries again.
            Stopped(log, engine.Position, fault);
            throw;
        }
    }

    [LoggerMessage(3311, LogLevel.Critical, "Detection stopped after {Position}.")]
    static partial void Stopped(ILogger log, EventPosition position, Exception fault);
}
