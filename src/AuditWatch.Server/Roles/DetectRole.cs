using AuditWatch.Detection;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Pipeline;
using AuditWatch.Server.Configuration;
using AuditWatch.Server.Hosting;
using AuditWatch.Server.Workers;
using AuditWatch.Storage.State;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Roles;

/// <summary>
/// Detection of the partitions that fall to this process: for each an engine of its own, which begins with what its last owner saved. Whatever goes wrong, the partition begins again
/// from what is saved; nothing is passed over.
/// </summary>
sealed partial class DetectRole(SharedStores stores, OwnedPartitions owned, AuditWatchConfig config, TimeProvider clock, ILogger<DetectRole> log) : BackgroundService
{
    public const string Reader = "detect", Group = "auditwatch-detect";
    static readonly TimeSpan s_pause = TimeSpan.FromSeconds(3);
    long _alerts;

    /// <summary>Alerts raised or joined by new evidence since start.</summary>
    public long Alerts => Interlocked.Read(ref _alerts);

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
                await DetectAsync(number, lost);
            }
            catch (OperationCanceledException) when (lost.IsCancellationRequested)
            {
                // What is not committed is judged again by the next owner.
            }
            catch (ReaderTakenOverException fault)
            {
                // Whoever is wrong about owning it is told so by the group before long; then the other one must have it.
                TakenOver(log, fault.Message);
                await Task.Delay(s_pause, clock, lost).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception fault)
            {
                BeginsAgain(log, number, fault);
                await Task.Delay(s_pause, clock, lost).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    async Task DetectAsync(int number, CancellationToken lost)
    {
        await using var partition = new PlacedPartition(stores.Journal.Open(number));
        var reader = $"{Reader}/{partition.Name}";
        // Taken over before it is loaded: whoever had it can change nothing of what is loaded here.
        var epoch = await stores.State.TakeReaderAsync(reader, stores.Owner, lost);
        var checkpoint = await stores.State.LoadAsync(reader, lost);
        var engine = new DetectionEngine(stores.Rules!, config.FactsOf, reader, stores.Baselines) { Statistics = stores.Statistics };
        engine.Resume(checkpoint);
        var committed = new Committed(checkpoint.Position, epoch);
        await using var marks = new IdleMarks(stores.Journal, clock);
        var silence = new PartitionSilence(partition, marks);
        silence.Expect(checkpoint.State.Select(s => s.Cluster).Distinct(StringComparer.Ordinal), checkpoint.Position);
        using var ownership = owned.Add(Reader, partition, () => committed.Position);
        Owns(log, partition.Name, epoch, checkpoint.Position);
        var run = new DetectionRun(engine, stores.State, new ReaderProgress(() => committed.Position), committed, clock, log) { OnFrame = silence.OnFrame, OnAlerts = alerts => Interlocked.Add(ref _alerts, alerts) };
        await run.RunAsync(partition, lost);
    }

    [LoggerMessage(3330, LogLevel.Information, "Detects partition {Partition} under epoch {Epoch}, after {Position}.")]
    static partial void Owns(ILogger log, string partition, long epoch, Events.EventPosition position);

    [LoggerMessage(3331, LogLevel.Warning, "{Why} What it did not save is not kept; the partition is taken up again if it is still ours.")]
    static partial void TakenOver(ILogger log, string why);

    [LoggerMessage(3332, LogLevel.Error, "Detection of partition {Partition} begins again from what is saved.")]
    static partial void BeginsAgain(ILogger log, int partition, Exception fault);
}
