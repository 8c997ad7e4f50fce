using AuditWatch.Events;
using AuditWatch.Ingest.Journal;
using AuditWatch.Server.Configuration;
using AuditWatch.Server.Hosting;
using AuditWatch.Storage.Elasticsearch;
using AuditWatch.Storage.State;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Elasticsearch;

/// <summary>Journal → Elasticsearch: a reader with a position of its own in the state. What the server or the network does is the indexer's to wait out; a fault of ours starts again from the position.</summary>
sealed partial class ElasticsearchWorker(IPartitionedJournal journal, ElasticsearchLink link, StateStore state, AuditWatchConfig config, Stores stores, TimeProvider clock, ILogger<ElasticsearchWorker> log)
    : BackgroundService
{
    readonly ElasticsearchRun _run = new(stores.Symbols, config, clock);

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
            await using var partition = journal.Open(0);
            await _run.RunAsync(partition, indexer, stores.Backlog.Elasticsearch!, ended.Token);
        }
        finally
        {
            await ended.CancelAsync();
        }
    }

    [LoggerMessage(3451, LogLevel.Error, "Could not go on with Elasticsearch; it is tried again after {Position}.")]
    static partial void WillStartAgain(ILogger log, EventPosition position, Exception fault);
}
