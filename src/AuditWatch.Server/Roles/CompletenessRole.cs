using AuditWatch.Ingest.Completeness;
using AuditWatch.Ingest.Sources;
using AuditWatch.Server.Completeness;
using AuditWatch.Server.Configuration;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Roles;

/// <summary>
/// The accounts of API servers for the partitions that fall to this process. Whoever reads a cluster's partition sees all of it, by whichever ingesters it came in, so silence is told
/// once and only when nobody hears anything; how the ingesters' sources stand they say in the state (<see cref="IngestReport"/>).
/// </summary>
sealed partial class CompletenessRole(SharedStores stores, OwnedPartitions owned, OwnedLedgers ledgers, AuditWatchConfig config, TimeProvider clock, ILoggerFactory loggers)
    : PartitionOwner(stores.Journal, Group, clock, loggers.CreateLogger<CompletenessRole>())
{
    public const string Group = "auditwatch-completeness";

    /// <summary>The name of the reader of a partition.</summary>
    public static string ReaderOf(string partition) => $"{CompletenessWorker.Reader}/{partition}";

    protected override async Task WorkAsync(int partition, CancellationToken lost)
    {
        await using var read = new PlacedPartition(stores.Journal.Open(partition));
        var reader = ReaderOf(read.Name);
        var ledger = new CompletenessLedger(CompletenessRegistration.Asked(config));
        var run = new CompletenessRun(reader, stores.Journal, stores.State, ledger, Clock, Log) { Epoch = await stores.State.TakeReaderAsync(reader, stores.Owner, lost) };
        using var ownership = owned.Add(CompletenessWorker.Reader, read, () => run.Read);
        using var shown = ledgers.Add(ledger);
        var counters = new List<CounterWorker>();
        foreach (var counted in config.Completeness.Where(c => c.Metrics.Count > 0))
            if (await stores.State.AssignJournalPartitionAsync(config.Journal.Kafka!.Topic, counted.Cluster, stores.Journal.Partitions, lost) == partition)
                counters.Add(new CounterWorker(counted, ledger, Clock, loggers.CreateLogger<CounterWorker>()));
        var asked = 0L;
        try
        {
            foreach (var counter in counters) await counter.StartAsync(lost);
            await run.RunAsync((after, stop) => read.ReadAsync(after, follow: true, stop), () => read.End, LookAsync, lost);
        }
        finally
        {
            foreach (var counter in counters)
            {
                await counter.StopAsync(CancellationToken.None);
                counter.Dispose();
            }
        }

        async ValueTask LookAsync(long now, CancellationToken stop)
        {
            if (asked != 0 && Clock.GetElapsedTime(asked) < IngestReport.Every) return;
            asked = Clock.GetTimestamp();
            try
            {
                var reports = (await IngestReport.ListAsync(stores.State, stop)).Values.ToList();
                // While nobody takes posts, nobody's silence is theirs.
                if (reports.Count == 0 || reports.All(r => r.IsRefusing)) ledger.Start(now);
                foreach (var source in reports.SelectMany(r => r.Sources).GroupBy(s => s.Name, StringComparer.Ordinal))
                    if (source.All(s => s.State != SourceState.Running)) ledger.Deaf(source.Key, now);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                // Not knowing who hears, nobody is said to be silent.
                ledger.Start(now);
                CouldNotAsk(Log, fault.Message);
            }
        }
    }

    [LoggerMessage(3339, LogLevel.Warning, "How the processes that take in stand could not be asked ({Why}); it is tried again.")]
    static partial void CouldNotAsk(ILogger log, string why);
}
