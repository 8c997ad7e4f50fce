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

    /// <summary>The first record to take: 0, unless reading began after a position inside this frame, or records before it are repeats. They are there, but are not to be taken again.</summary>
    public int FirstIndex { get; init; }

    /// <summary>The records to take, the first of them at <see cref="FirstIndex"/>.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Fresh => FirstIndex == 0 ? Records : new FreshRecords(Records, FirstIndex);

    /// <summary>The position of a record of this frame.</summary>
    public EventPosition PositionOf(int index) => new(Segment, Frame, index);

    /// <summary>The same frame under another segment's number.</summary>
    public JournalFrame InSegment(int segment) => segment == Segment ? this : new JournalFrame
    {
        Segment = segment, Frame = Frame, Kind = Kind, Cluster = Cluster, Source = Source, SourcePosition = SourcePosition, ApiServer = ApiServer, ReceivedMicros = ReceivedMicros,
        MinEventMicros = MinEventMicros, MaxEventMicros = MaxEventMicros, FirstIndex = FirstIndex, Records = Records, Ids = Ids,
    };

    /// <summary>The records.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Records { get; init; }

    /// <summary>Their event ids (audit frames), in the same order; empty otherwise.</summary>
    public required IReadOnlyList<EventId> Ids { get; init; }

    /// <summary>The same frame up to a record, with another first record to take.</summary>
    internal JournalFrame Stretch(int first, int end) => first == FirstIndex && end == Records.Count ? this : new()
    {
        Segment = Segment,
        Frame = Frame,
        Kind = Kind,
        Cluster = Cluster,
        Source = Source,
        SourcePosition = SourcePosition,
        ApiServer = ApiServer,
        ReceivedMicros = ReceivedMicros,
        MinEventMicros = MinEventMicros,
        MaxEventMicros = MaxEventMicros,
        FirstIndex = first,
        Records = end == Records.Count ? Records : ((ArraySegment<ReadOnlyMemory<byte>>)Records)[..end],
        Ids = Ids,
    };

    sealed class FreshRecords(IReadOnlyList<ReadOnlyMemory<byte>> all, int first) : IReadOnlyList<ReadOnlyMemory<byte>>
    {
        public int Count => all.Count - first;

        public ReadOnlyMemory<byte> this[int index] => all[first + index];

        public IEnumerator<ReadOnlyMemory<byte>> GetEnumerator() => all.Skip(first).GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
