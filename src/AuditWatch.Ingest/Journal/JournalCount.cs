using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal;

/// <summary>Counts audit events without unpacking anything: from the counts kept beside the segments, and from frame headers where there are none.</summary>
public static class JournalCount
{
    /// <summary>Audit events in the journal up to a position, and those of them after each of the given positions. May run while the journal is written and while retention works.</summary>
    public static (long All, long[] After) AuditEvents(string directory, IReadOnlyList<EventPosition> positions, EventPosition upTo, CancellationToken stop)
    {
        long all = 0;
        var after = new long[positions.Count];
        foreach (var number in SegmentNames.List(directory))
        {
            stop.ThrowIfCancellationRequested();
            if (number > upTo.Segment) break;
            if (number < upTo.Segment && !positions.Any(p => p.Segment == number))
            {
                var events = SegmentCounts.ReadOrCount(directory, number)?.AuditEvents ?? 0;
                all += events;
                for (var i = 0; i < after.Length; i++) if (positions[i].Segment < number) after[i] += events;
                continue;
            }
            try
            {
                all += Walk(directory, number, positions, upTo, after);
            }
            catch (FileNotFoundException)
            {
                // Retention was faster, and takes only what every reader has read.
            }
        }
        return (all, after);
    }

    static long Walk(string directory, int number, IReadOnlyList<EventPosition> positions, EventPosition upTo, long[] after)
    {
        long all = 0;
        using var reader = new SegmentReader(SegmentNames.Segment(directory, number), number);
        var limit = reader.FileLength;
        while (true)
        {
            var state = reader.Skip(limit);
            if (state == FrameState.End) return all;
            if (state == FrameState.Valid)
            {
                if (new EventPosition(number, reader.Header.Frame, 0) > upTo) return all;
                if (reader.Header.Kind != RecordKind.Audit) continue;
                all += reader.Header.Records;
                for (var i = 0; i < after.Length; i++) after[i] += After(reader.Header, positions[i]);
            }
            else if (!reader.TryResync(limit)) return all;
        }
    }

    static long After(in FrameHeader header, EventPosition position)
    {
        var first = new EventPosition(header.Segment, header.Frame, 0);
        if (first > position) return header.Records;
        return first.Segment == position.Segment && first.Frame == position.Frame ? Math.Max(0, header.Records - 1 - position.Index) : 0;
    }
}
