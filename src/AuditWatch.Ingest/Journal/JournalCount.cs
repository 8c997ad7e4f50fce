using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal;

/// <summary>Counts audit events from frame headers alone, without unpacking anything.</summary>
public static class JournalCount
{
    /// <summary>Audit events in the whole journal, and those after each of the given positions.</summary>
    public static (long All, long[] After) AuditEvents(string directory, IReadOnlyList<EventPosition> positions, CancellationToken stop)
    {
        long all = 0;
        var after = new long[positions.Count];
        foreach (var number in SegmentNames.List(directory))
        {
            stop.ThrowIfCancellationRequested();
            using var reader = new SegmentReader(SegmentNames.Segment(directory, number), number);
            var limit = reader.FileLength;
            while (true)
            {
                var state = reader.ReadHeader(limit);
                if (state == FrameState.End) break;
                if (state == FrameState.Valid)
                {
                    if (reader.Header.Kind != RecordKind.Audit) continue;
                    all += reader.Header.Records;
                    for (var i = 0; i < after.Length; i++) after[i] += After(reader.Header, positions[i]);
                }
                else if (!reader.TryResync(limit)) break;
            }
        }
        return (all, after);
    }

    static long After(in FrameHeader header, EventPosition position)
    {
        var first = new EventPosition(header.Segment, header.Frame, 0);
        if (first > position) return header.Records;
        return first.Segment == position.Segment && first.Frame == position.Frame ? Math.Max(0, header.Records - 1 - position.Index) : 0;
    }
}
