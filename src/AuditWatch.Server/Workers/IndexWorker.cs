using AuditWatch.Events;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using AuditWatch.Ingest.Journal;
using AuditWatch.Server.Configuration;
using AuditWatch.Server.Hosting;
using AuditWatch.Storage.Index;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Workers;

/// <summary>Journal → index: a reader with a position of its own, kept by the index together with the rows. A write that fails is tried again from there; nothing is skipped.</summary>
sealed partial class IndexWorker(IJournal journal, IEventIndex index, AuditWatchConfig config, SymbolTable symbols, Backlog backlog, TimeProvider clock, ILogger<IndexWorker> log)
    : BackgroundService
{
    readonly AuditEvent _event = new(symbols);
    readonly Dictionary<string, ClusterFacts> _clusters = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        for (var pause = TimeSpan.FromMilliseconds(200); !stoppingToken.IsCancellationRequested; pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, TimeSpan.TicksPerMinute)))
        {
            try
            {
                backlog.Indexed!.OnBack();
                await RunFromAsync(index.Position, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception fault)
            {
                CouldNotIndex(log, index.Position, fault);
                await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    async Task RunFromAsync(EventPosition from, CancellationToken stop)
    {
        var batch = index.RentBatch();
        await foreach (var frame in journal.ReadAsync(from, follow: true, stop))
        {
            if (frame.Kind != RecordKind.Audit)
            {
                // Every audit frame before it is committed, so the journal may count this one as read.
                backlog.Indexed!.OnSkipped(frame.PositionOf(frame.Records.Count - 1));
                continue;
            }
            var facts = FactsOf(frame.Cluster);
            for (var i = frame.FirstIndex; i < frame.Records.Count; i++)
            {
                if (!_event.TryRead(frame.Records[i], new EventOrigin(0, 0, EnvelopeShape.Event, false), facts, frame.ReceivedMicros, out _)) continue;
                batch.Add(_event, frame.Ids[i], frame.PositionOf(i));
                if (!batch.IsFull) continue;
                await index.IndexAsync(batch, frame.PositionOf(i), stop);
                batch = index.RentBatch();
            }
            backlog.Indexed!.OnRead(frame.PositionOf(frame.Records.Count - 1), frame.Records.Count - frame.FirstIndex);
            // The position moves with the frame's last event, so a frame is never half accounted for longer than a commit takes.
            await index.IndexAsync(batch, frame.PositionOf(frame.Records.Count - 1), stop);
            batch = index.RentBatch();
        }
    }

    ClusterFacts FactsOf(string cluster)
    {
        if (!_clusters.TryGetValue(cluster, out var facts)) _clusters[cluster] = facts = config.FactsOf(cluster);
        return facts;
    }

    [LoggerMessage(3301, LogLevel.Error, "Could not write to the index; it is tried again after {Position}.")]
    static partial void CouldNotIndex(ILogger log, EventPosition position, Exception fault);
}
