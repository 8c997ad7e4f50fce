using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using AuditWatch.Ingest.Journal;
using AuditWatch.Server.Configuration;
using AuditWatch.Server.Hosting;
using AuditWatch.Storage.Elasticsearch;

namespace AuditWatch.Server.Elasticsearch;

/// <summary>One partition of the journal → indexer. For one thread.</summary>
sealed class ElasticsearchRun(SymbolTable symbols, AuditWatchConfig config, TimeProvider clock)
{
    /// <summary>How long documents wait for company while the journal brings nothing new.</summary>
    static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(150);

    readonly AuditEvent _event = new(symbols);
    readonly Dictionary<string, ClusterFacts> _clusters = [];

    /// <summary>Hands everything over from the indexer's position on, until it is told to stop.</summary>
    public async Task RunAsync(IJournalPartition partition, ElasticsearchIndexer indexer, ReaderProgress progress, CancellationToken stop)
    {
        await using var frames = partition.ReadAsync(indexer.Settled, follow: true, stop).GetAsyncEnumerator(stop);
        while (true)
        {
            var next = frames.MoveNextAsync().AsTask();
            if (!next.IsCompleted)
            {
                await Task.WhenAny(next, Task.Delay(Linger, clock, stop));
                if (!next.IsCompleted) await indexer.FlushAsync(stop);
            }
            if (!await next) return;
            await AddAsync(indexer, frames.Current, progress, stop);
        }
    }

    async Task AddAsync(ElasticsearchIndexer indexer, JournalFrame frame, ReaderProgress progress, CancellationToken stop)
    {
        var last = frame.PositionOf(frame.Records.Count - 1);
        if (frame.Kind == RecordKind.Audit)
        {
            progress.OnRead(last, frame.Records.Count - frame.FirstIndex);
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
}
