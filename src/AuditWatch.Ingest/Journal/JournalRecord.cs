using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal;

/// <summary>One record by itself, its bytes copied.</summary>
public sealed record JournalRecord(EventPosition Position, RecordKind Kind, string Cluster, string Source, long ReceivedMicros, EventId? Id, ReadOnlyMemory<byte> Utf8)
{
    internal static JournalRecord? Read(string directory, EventPosition position, SegmentOffsets offsets, DurableEnd? end, Action<JournalDamage> onDamage)
    {
        if (position.Index < 0 || position.Frame < 0 || !File.Exists(SegmentNames.Segment(directory, position.Segment))) return null;
        using var cursor = new FrameCursor(directory, position with { Index = -1 }, onDamage, offsets);
        var frame = cursor.Next(end);
        if (frame is null || frame.Segment != position.Segment || frame.Frame != position.Frame || position.Index >= frame.Records.Count) return null;
        return new JournalRecord(position, frame.Kind, frame.Cluster, frame.Source, frame.ReceivedMicros,
            frame.Ids.Count > position.Index ? frame.Ids[position.Index] : null, frame.Records[position.Index].ToArray());
    }
}
