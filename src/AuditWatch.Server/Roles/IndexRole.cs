using AuditWatch.Ingest.Journal;
using AuditWatch.Server.Configuration;
using AuditWatch.Server.Elasticsearch;
using AuditWatch.Server.Hosting;
using AuditWatch.Storage.Elasticsearch;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Roles;

/// <summary>The partitions that fall to this process → Elasticsearch, each by an indexer of its own. What the server or the network does is the indexer's to wait out; any other fault begins again from the position.</summary>
sealed partial class IndexRole(SharedStores stores, ElasticsearchLink link, OwnedPartitions owned, AuditWatchConfig config, TimeProvider clock, ILogger<IndexRole> log) : BackgroundService
{
    public const string Reader = "index", Group = "auditwatch-index";
    static readonly TimeSpan s_pause = TimeSpan.FromSeconds(3);
    long _deadLetters;

    /// <summary>Documents that Elasticsearch would not take since start.</summary>
    public long DeadLetters => Interlocked.Read(ref _deadLetters);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        await stores.Journal.OwnAsync(Group, OwnAsync, stoppingToken);
    }

    async Task OwnAsync(int number, CancellationToken lost)
    {
        while (!lost.IsCancellationRequested)
        {
            try
            {
                await IndexAsync(number, lost);
            }
            catch (OperationCanceledException) when (lost.IsCancellationRequested)
            {
                // What is not settled is read again by the next owner.
            }
            catch (Exception fault)
            {
                BeginsAgain(log, number, fault);
                await Task.Delay(s_pause, clock, lost).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    async Task IndexAsync(int number, CancellationToken lost)
    {
        await using var partition = new PlacedPartition(stores.Journal.Open(number));
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(lost);
        await using var indexer = await ElasticsearchIndexer.OpenAsync(link.Connection, stores.State, new IndexerOptions(), clock, log, ended.Token,
            $"{ElasticsearchIndexer.ReaderOf(link.Connection.Place)} {partition.Name}", stores.Owner);
        using var ownership = owned.Add(Reader, partition, () => indexer.Settled);
        Owns(log, partition.Name, indexer.Settled);
        try
        {
            await new ElasticsearchRun(stores.Symbols, config, clock).RunAsync(partition, indexer, new ReaderProgress(() => indexer.Settled), ended.Token);
        }
        finally
        {
            Interlocked.Add(ref _deadLetters, indexer.Counters.DeadLettered);
            await ended.CancelAsync();
        }
    }

    [LoggerMessage(3335, LogLevel.Information, "Indexes partition {Partition}, after {Position}.")]
    static partial void Owns(ILogger log, string partition, Events.EventPosition position);

    [LoggerMessage(3336, LogLevel.Error, "Indexing of partition {Partition} begins again from its position.")]
    static partial void BeginsAgain(ILogger log, int partition, Exception fault);
}
