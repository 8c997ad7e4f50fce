using System.Collections.Concurrent;
using AuditWatch.Events;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Journal.Kafka;

namespace AuditWatch.Server.Roles;

/// <summary>Which partitions this process reads, for which role, and how far it is: for figures only.</summary>
sealed class OwnedPartitions
{
    readonly ConcurrentDictionary<(string Reader, string Partition), (IJournalPartition Partition, Func<EventPosition> Settled)> _owned = new();

    /// <summary>A partition is read from here on; no more when the result is disposed of.</summary>
    public IDisposable Add(string reader, IJournalPartition partition, Func<EventPosition> settled)
    {
        _owned[(reader, partition.Name)] = (partition, settled);
        return new Ownership(() => _owned.TryRemove((reader, partition.Name), out _));
    }

    /// <summary>Frames that the partition holds behind what is settled.</summary>
    public IEnumerable<(string Reader, string Partition, long Lag)> Lags => _owned.Select(o => (o.Key.Reader, o.Key.Partition, LagOf(o.Value.Partition.End, o.Value.Settled())));

    static long LagOf(EventPosition end, EventPosition settled) =>
        settled >= end || end.Index < 0 ? 0 : Math.Max(0, OffsetOf(end) - OffsetOf(settled) + (settled.Index < 0 ? 1 : 0));

    static long OffsetOf(EventPosition position) => KafkaPlace.OffsetOf(PartitionPlace.Within(position));

    sealed class Ownership(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
