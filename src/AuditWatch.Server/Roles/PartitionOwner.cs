using AuditWatch.Ingest.Journal;
using AuditWatch.Storage.State;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AuditWatch.Server.Roles;

/// <summary>
/// Work on the partitions that fall to this process, as a member of a group. Whatever goes wrong, a partition begins again from what is saved while it is owned; nothing is passed over,
/// and what is not saved when it is lost is done again by the next owner.
/// </summary>
abstract partial class PartitionOwner(IPartitionedJournal journal, string group, TimeProvider clock, ILogger log) : BackgroundService
{
    static readonly TimeSpan s_pause = TimeSpan.FromSeconds(3);

    protected TimeProvider Clock { get; } = clock;

    protected ILogger Log { get; } = log;

    /// <summary>Works on a partition until it is lost.</summary>
    protected abstract Task WorkAsync(int partition, CancellationToken lost);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        await journal.OwnAsync(group, OwnAsync, stoppingToken);
    }

    async Task OwnAsync(int partition, CancellationToken lost)
    {
        while (!lost.IsCancellationRequested)
        {
            try
            {
                await WorkAsync(partition, lost);
                continue;
            }
            catch (OperationCanceledException) when (lost.IsCancellationRequested)
            {
                return;
            }
            catch (ReaderTakenOverException fault)
            {
                // Whoever is wrong about owning it is told so by the group before long; then the other one must have it.
                TakenOver(Log, fault.Message);
            }
            catch (Exception fault)
            {
                BeginsAgain(Log, group, partition, fault);
            }
            await Task.Delay(s_pause, Clock, lost).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(3331, LogLevel.Warning, "{Why} What it did not save is not kept; the partition is taken up again if it is still ours.")]
    static partial void TakenOver(ILogger log, string why);

    [LoggerMessage(3332, LogLevel.Error, "{Group}: partition {Partition} begins again from what is saved.")]
    static partial void BeginsAgain(ILogger log, string group, int partition, Exception fault);
}
