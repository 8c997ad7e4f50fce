using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal;

/// <summary>One frame, verified and decompressed. Its memory is borrowed until the next frame is read.</summary>
public sealed class JournalFrame
{
    /// <summary>Segment and frame numbers, from 0.</summary>
    public required int Segment { get; init; }

    /// <summary>Frame number within the segment, from 0.</summary>
    public required int Frame { get; init; }

    /// <summary>What the records are.</summary>
    public required RecordKind Kind { get; init; }

    /// <summary>The cluster.</summary>
    public required string Cluster { get; init; }

    /// <summary>The source's name.</summary>
    public required string Source { get; init; }

    /// <summary>The source's own position.</summary>
    public required string SourcePosition { get; init; }

    /// <summary>Which API server the records came from; empty: not known.</summary>
    public string ApiServer { get; init; } = "";

    /// <summary>When it was received, microseconds since 1970.</summary>
    public required long ReceivedMicros { get; init; }

    /// <summary>Earliest event time in microseconds since 1970, or 0.</summary>
    public long MinEventMicros { get; init; }

    /// <summary>Latest event time in microseconds since 1970, or 0.</summary>
    public long MaxEventMicros { get; init; }

    /// <summary>The first record not read yet: 0, unless reading began after a position inside this frame. Records before it are there, but were read already.</summary>
    public int FirstIndex { get; init; }

    /// <summary>The position of a record of this frame.</summary>
    public EventPosition PositionOf(int index) => new(Segment, Frame, index);

    /// <summary>The records.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Records { get; init; }

    /// <summary>Their event ids (audit frames), in the same order; empty otherwise.</summary>
    public required IReadOnlyList<EventId> Ids { get; init; }
}
