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
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await using var frames = journal.ReadAsync(from, follow: true, ended.Token).GetAsyncEnumerator(ended.Token);
        var gathered = new Gathered(index);
        while (true)
        {
            var next = frames.MoveNextAsync().AsTask();
            try
            {
                // Frames share a batch as long as there are more to read: the index takes whole batches at a fraction of the cost.
                if (!next.IsCompleted) await gathered.HandOverAsync(stop);
            }
            catch
            {
                await ended.CancelAsync();
                await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw;
            }
            if (!await next) return;
            await AddAsync(gathered, frames.Current, stop);
        }
    }

    async Task AddAsync(Gathered gathered, JournalFrame frame, CancellationToken stop)
    {
        var last = frame.PositionOf(frame.Records.Count - 1);
        if (frame.Kind != RecordKind.Audit)
        {
            // Every audit frame before it is with the index, so the journal may count this one as read.
            await gathered.HandOverAsync(stop);
            backlog.Indexed!.OnSkipped(last);
            return;
        }
        var facts = FactsOf(frame.Cluster);
        for (var i = frame.FirstIndex; i < frame.Records.Count; i++)
            if (_event.TryRead(frame.Records[i], new EventOrigin(0, 0, EnvelopeShape.Event, false), facts, frame.ReceivedMicros, out _))
                await gathered.AddAsync(_event, frame.Ids[i], frame.PositionOf(i), stop);
        backlog.Indexed!.OnRead(last, frame.Records.Count - frame.FirstIndex);
        // The position moves with a frame's last event, whether or not that one could be read.
        gathered.MoveTo(last);
    }

    ClusterFacts FactsOf(string cluster)
    {
        if (!_clusters.TryGetValue(cluster, out var facts)) _clusters[cluster] = facts = config.FactsOf(cluster);
        return facts;
    }

    [LoggerMessage(3301, LogLevel.Error, "Could not write to the index; it is tried again after {Position}.")]
    static partial void CouldNotIndex(ILogger log, EventPosition position, Exception fault);

    /// <summary>Rows read and not yet handed over, and how far they reach.</summary>
    sealed class Gathered(IEventIndex index)
    {
        IndexBatch _batch = index.RentBatch();
        EventPosition? _upTo;

        public ValueTask AddAsync(AuditEvent audited, Events.EventId id, EventPosition position, CancellationToken stop)
        {
            _batch.Add(audited, id, position);
            _upTo = position;
            return _batch.IsFull ? new ValueTask(HandOverAsync(stop)) : ValueTask.CompletedTask;
        }

        public void MoveTo(EventPosition position) => _upTo = position;

        public async Task HandOverAsync(CancellationToken stop)
        {
            if (_upTo is not { } upTo) return;
            var batch = _batch;
            _upTo = null;
            _batch = index.RentBatch();
            await index.IndexAsync(batch, upTo, stop);
        }
    }
}
