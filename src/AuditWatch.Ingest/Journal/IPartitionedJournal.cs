namespace AuditWatch.Ingest.Journal;

/// <summary>
/// A journal in partitions. A cluster's records lie in one of them at a time, in order; each is read by itself, with a position of its own. The local journal is one
/// partition, 0. <see cref="IJournal.ReadAsync"/> and <see cref="IJournal.End"/> mean the only partition; with several, <see cref="Open"/> is the way to read.
/// </summary>
public interface IPartitionedJournal : IJournal
{
    /// <summary>The partitions, in order.</summary>
    IReadOnlyList<int> Partitions { get; }

    /// <summary>Whether sources should wait (429): readers are too far behind (local), or too much waits for the brokers' acknowledgement (Kafka).</summary>
    bool IsOverHighWater { get; }

    /// <summary>A reader of one partition. Each reads by itself and may be used by one caller at a time.</summary>
    IJournalPartition Open(int partition);

    /// <summary>
    /// Shares the partitions with all processes that name the same <paramref name="group"/>, until <paramref name="stop"/>. For each partition that falls to this process
    /// <paramref name="own"/> is called (side by side, each on a task of its own); its token ends when the partition is to be given up, and the partition is not given on
    /// before the call has returned or the wait for it is over: a process that hangs can be overtaken, so what an owner saves must carry the partition's epoch.
    /// A call that fails, or returns while its partition is still owned, ends all others and this method: with its exception, or as a fault that says so.
    /// </summary>
    Task OwnAsync(string group, Func<int, CancellationToken, Task> own, CancellationToken stop);
}
