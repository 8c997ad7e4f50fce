using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal;

/// <summary>
/// Checks a journal from its first retained frame: every checksum, the hash chain within and across segments, that payloads unpack to what their headers say, and
/// that each record's id is the hash of its bytes.
/// </summary>
public static class JournalVerifier
{
    const int MostFindings = 1000;

    /// <summary>Verifies. The server may be running: a frame still being written at the end is no finding.</summary>
    public static VerifyReport Verify(string directory, CancellationToken stop)
    {
        var findings = new List<JournalDamage>();
        var more = 0;
        void Add(JournalDamage damage)
        {
            if (findings.Count < MostFindings) findings.Add(damage);
            else more++;
        }
        long frames = 0, records = 0, raw = 0;
        var lastSegment = -1;
        var nextFrame = 0;
        using var cursor = new FrameCursor(directory, EventPosition.Start, Add);
        while (cursor.Next(null) is { } frame)
        {
            stop.ThrowIfCancellationRequested();
            var place = new JournalDamage(frame.Segment, cursor.FrameOffset, 0, "");
            if (frame.Segment != lastSegment) (lastSegment, nextFrame) = (frame.Segment, 0);
            if (frame.Frame != nextFrame) Add(place with { What = $"frame {frame.Frame} stands where frame {nextFrame} is due." });
            nextFrame = frame.Frame + 1;
            frames++;
            records += frame.Records.Count;
            for (var i = 0; i < frame.Records.Count; i++)
            {
                raw += frame.Records[i].Length;
                if (frame.Kind == RecordKind.Audit && (frame.Ids.Count <= i || frame.Ids[i] != EventId.Of(frame.Cluster, frame.Records[i].Span)))
                    Add(place with { What = $"the id of record {i} in frame {frame.Frame} is not the hash of its bytes." });
            }
        }
        return new VerifyReport(SegmentNames.List(directory).Count, frames, records, raw, findings, more, cursor.TailBytes);
    }
}
