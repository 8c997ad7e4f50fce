using System.Runtime.CompilerServices;
using AuditWatch.Events;
using AuditWatch.Ingest.Journal;

namespace AuditWatch.Server.Roles;

/// <summary>A partition whose positions name it (<see cref="PartitionPlace"/>).</summary>
sealed class PlacedPartition(IJournalPartition partition) : IJournalPartition
{
    public int Partition => partition.Partition;

    public string Name => partition.Name;

    public string? Topic => partition.Topic;

    public EventPosition End => PartitionPlace.In(partition.Partition, partition.End);

    public IReadOnlyList<string> ClustersWithoutIdleMark => partition.ClustersWithoutIdleMark;

    public async IAsyncEnumerable<JournalFrame> ReadAsync(EventPosition after, bool follow, [EnumeratorCancellation] CancellationToken stop)
    {
        await foreach (var frame in partition.ReadAsync(PartitionPlace.Within(after), follow, stop).ConfigureAwait(false))
            yield return frame.InSegment(PartitionPlace.SegmentIn(partition.Partition, frame.Segment));
    }

    public ValueTask<JournalRecord?> ReadRecordAsync(EventPosition position, CancellationToken stop) => partition.ReadRecordAsync(PartitionPlace.Within(position), stop);

    public ValueTask DisposeAsync() => partition.DisposeAsync();
}
