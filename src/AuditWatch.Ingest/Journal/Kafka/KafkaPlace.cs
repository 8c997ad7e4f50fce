using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal.Kafka;

/// <summary>
/// A record's place in a Kafka partition as an <see cref="EventPosition"/> and back: the offset's upper bits are the segment, its lower 30 the frame. So order, state and
/// evidence are those of the local journal; what goes outward says topic, partition, offset and index.
/// </summary>
public static class KafkaPlace
{
    const int FrameBits = 30;

    /// <summary>The position of a record.</summary>
    public static EventPosition Of(long offset, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return new EventPosition(checked((int)(offset >> FrameBits)), (int)(offset & ((1L << FrameBits) - 1)), index);
    }

    /// <summary>The offset of the frame that a position names: for a frame in several Kafka records, that of the last one.</summary>
    public static long OffsetOf(EventPosition position) => ((long)position.Segment << FrameBits) | (uint)position.Frame;
}
