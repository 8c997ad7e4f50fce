using AuditWatch.Ingest.Journal;
using AuditWatch.Server.Configuration;
using AuditWatch.Server.Elasticsearch;
using AuditWatch.Server.Hosting;
using AuditWatch.Storage.Elasticsearch;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Roles;

/// <summary>The partitions that fall to this process → Elasticsearch, each by an indexer of its own. What the server or the network does is the indexer's to wait out.</summary>
sealed partial class IndexRole(SharedStores stores, ElasticsearchLink link, OwnedPartitions owned, AuditWatchConfig config, TimeProvider clock, ILogger<IndexRole> log)
    : PartitionOwner(stores.Journal, Group, clock, log)
{
    public const string Reader = "index", Group = "auditwatch-index";
    long _deadLetters;

    /// <summary>Documents that Elasticsearch would not take since start.</summary>
    public long DeadLetters => Interlocked.Read(ref _deadLetters);

    protected override async Task WorkAsync(int number, CancellationToken lost)
    {
        await using var partition = new PlacedPartition(stores.Journal.Open(number));
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(lost);
        await using var indexer = await ElasticsearchIndexer.OpenAsync(link.Connection, stores.State, new IndexerOptions(), Clock, Log, ended.Token,
            $"{ElasticsearchIndexer.ReaderOf(link.Connection.Place)} {partition.Name}", stores.Owner);
        using var ownership = owned.Add(Reader, partition, () => indexer.Settled);
        Owns(Log, partition.Name, indexer.Settled);
        try
        {
            await new ElasticsearchRun(stores.Symbols, config, Clock).RunAsync(partition, indexer, new ReaderProgress(() => indexer.Settled), ended.Token);
        }
        finally
        {
            Interlocked.Add(ref _deadLetters, indexer.Counters.DeadLettered);
            await ended.CancelAsync();
        }
    }

    [LoggerMessage(3335, LogLevel.Information, "Indexes partition {Partition}, after {Position}.")]
    static partial void Owns(ILogger log, string partition, Events.EventPosition position);
}
