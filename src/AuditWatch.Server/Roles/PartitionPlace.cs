using AuditWatch.Events;

namespace AuditWatch.Server.Roles;

/// <summary>
/// Positions that name their partition too, so that those of all partitions can lie in one table: the partition is the upper half of the segment's number. A partition keeps its own
/// order, and partition 0 its own positions. Good for 32,768 partitions of 2^46 frames.
/// </summary>
static class PartitionPlace
{
    const int Bits = 16;

    public static int SegmentIn(int partition, int segment) => partition << Bits | segment;

    public static EventPosition In(int partition, EventPosition position) => position with { Segment = SegmentIn(partition, position.Segment) };

    public static int PartitionOf(EventPosition position) => position.Segment >> Bits;

    /// <summary>As the partition itself knows it.</summary>
    public static EventPosition Within(EventPosition position) => position with { Segment = position.Segment & (1 << Bits) - 1 };
}
