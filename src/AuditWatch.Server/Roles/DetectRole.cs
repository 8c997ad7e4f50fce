using AuditWatch.Detection;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Pipeline;
using AuditWatch.Server.Configuration;
using AuditWatch.Server.Hosting;
using AuditWatch.Server.Workers;
using AuditWatch.Storage.State;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Roles;

/// <summary>Detection of the partitions that fall to this process: for each an engine of its own, which begins with what its last owner saved.</summary>
sealed partial class DetectRole(SharedStores stores, OwnedPartitions owned, AuditWatchConfig config, TimeProvider clock, ILogger<DetectRole> log) : PartitionOwner(stores.Journal, Group, clock, log)
{
    public const string Reader = "detect", Group = "auditwatch-detect";
    long _alerts;

    /// <summary>Alerts raised or joined by new evidence since start.</summary>
    public long Alerts => Interlocked.Read(ref _alerts);

    protected override async Task WorkAsync(int number, CancellationToken lost)
    {
        await using var partition = new PlacedPartition(stores.Journal.Open(number));
        var reader = $"{Reader}/{partition.Name}";
        // Taken over before it is loaded: whoever had it can change nothing of what is loaded here.
        var epoch = await stores.State.TakeReaderAsync(reader, stores.Owner, lost);
        var checkpoint = await stores.State.LoadAsync(reader, lost);
        var engine = new DetectionEngine(stores.Rules!, config.FactsOf, reader, stores.Baselines) { Statistics = stores.Statistics };
        engine.Resume(checkpoint);
        var committed = new Committed(checkpoint.Position, epoch);
        await using var marks = new IdleMarks(stores.Journal, Clock);
        var silence = new PartitionSilence(partition, marks);
        silence.Expect(checkpoint.State.Select(s => s.Cluster).Distinct(StringComparer.Ordinal), checkpoint.Position);
        using var ownership = owned.Add(Reader, partition, () => committed.Position);
        Owns(Log, partition.Name, epoch, checkpoint.Position);
        var run = new DetectionRun(engine, stores.State, new ReaderProgress(() => committed.Position), committed, Clock, Log) { OnFrame = silence.OnFrame, OnAlerts = alerts => Interlocked.Add(ref _alerts, alerts) };
        await run.RunAsync(partition, lost);
    }

    [LoggerMessage(3330, LogLevel.Information, "Detects partition {Partition} under epoch {Epoch}, after {Position}.")]
    static partial void Owns(ILogger log, string partition, long epoch, Events.EventPosition position);
}
