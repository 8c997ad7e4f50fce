using AuditWatch.Events;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using AuditWatch.Ingest.Journal;
using AuditWatch.Server.Configuration;
using AuditWatch.Server.Hosting;
using AuditWatch.Storage.Elasticsearch;
using AuditWatch.Storage.State;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Elasticsearch;

/// <summary>Journal → Elasticsearch: a reader with a position of its own in the state. What the server or the network does is the indexer's to wait out; a fault of ours starts again from the position.</summary>
sealed partial class ElasticsearchWorker(IJournal journal, ElasticsearchLink link, StateStore state, AuditWatchConfig config, Stores stores, TimeProvider clock, ILogger<ElasticsearchWorker> log)
    : BackgroundService
{
    /// <summary>How long documents wait for company while the journal brings nothing new.</summary>
    static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(150);

    readonly AuditEvent _event = new(stores.Symbols);
    readonly Dictionary<string, ClusterFacts> _clusters = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        for (var pause = TimeSpan.FromMilliseconds(200); !stoppingToken.IsCancellationRequested; pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, TimeSpan.TicksPerMinute)))
        {
            try
            {
                stores.Backlog.Elasticsearch!.OnBack();
                await RunAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception fault)
            {
                WillStartAgain(log, link.Position, fault);
                await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    async Task RunAsync(CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await using var indexer = await ElasticsearchIndexer.OpenAsync(link.Connection, state, new IndexerOptions(), clock, log, ended.Token);
        link.Use(indexer);
        try
        {
            await using var frames = journal.ReadAsync(indexer.Settled, follow: true, ended.Token).GetAsyncEnumerator(ended.Token);
            while (true)
            {
                var next = frames.MoveNextAsync().AsTask();
                if (!next.IsCompleted)
                {
                    await Task.WhenAny(next, Task.Delay(Linger, clock, ended.Token));
                    if (!next.IsCompleted) await indexer.FlushAsync(ended.Token);
                }
                if (!await next) return;
                await AddAsync(indexer, frames.Current, ended.Token);
            }
        }
        finally
        {
            await ended.CancelAsync();
        }
    }

    async Task AddAsync(ElasticsearchIndexer indexer, JournalFrame frame, CancellationToken stop)
    {
        var last = frame.PositionOf(frame.Records.Count - 1);
        if (frame.Kind == RecordKind.Audit)
        {
            stores.Backlog.Elasticsearch!.OnRead(last, frame.Records.Count - frame.FirstIndex);
            for (var i = frame.FirstIndex; i < frame.Records.Count; i++)
                if (_event.TryRead(frame.Records[i], new EventOrigin(0, 0, EnvelopeShape.Event, false), FactsOf(frame.Cluster), frame.ReceivedMicros, out _))
                    await indexer.AddAsync(_event, frame.Ids[i], frame.PositionOf(i), frame.ReceivedMicros, stop);
        }
        await indexer.SkipToAsync(last, stop);
    }

    ClusterFacts FactsOf(string cluster)
    {
        if (!_clusters.TryGetValue(cluster, out var facts)) _clusters[cluster] = facts = config.FactsOf(cluster);
        return facts;
    }

    [LoggerMessage(3451, LogLevel.Error, "Could not go on with Elasticsearch; it is tried again after {Position}.")]
    static partial void WillStartAgain(ILogger log, EventPosition position, Exception fault);
}
