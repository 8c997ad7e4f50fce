using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal;

/// <summary>
/// Finds where writing ended, and cuts a torn tail off. Torn is what a writer that was stopped can leave behind: a frame that the file does not hold whole, or one with
/// sectors never filled, of a group of which nothing after proves that it was flushed. All else is damage: it may have been acknowledged, so it stays as evidence,
/// and writing goes on in a new segment.
/// </summary>
internal static class TailRepair
{
    internal sealed record Outcome(SegmentWriter.Start Start, long CutBytes, int CutFrames, List<JournalDamage> Damage, long BytesRead);

    public static Outcome Repair(string directory)
    {
        var segments = SegmentNames.List(directory);
        var damage = new List<JournalDamage>();
        var hash = new byte[FrameHeader.HashLength];
        if (segments.Count == 0) return new Outcome(new SegmentWriter.Start(0, 0, 0, hash, EventPosition.Start), 0, 0, damage, 0);
        var number = segments[^1];
        var path = SegmentNames.Segment(directory, number);
        var walk = Walk(path, number, damage);
        long cut = 0;
        if (walk.TornAt is { } tornAt)
        {
            using var file = new SegmentFile(path);
            cut = walk.FileLength - tornAt;
            file.Cut(tornAt);
            file.Flush();
        }
        var isDamaged = damage.Count > 0;
        var end = walk.End;
        if (!walk.HasFrames)
        {
            (end, var previous) = LastBefore(directory, segments, segments.Count - 2);
            previous.CopyTo(hash.AsSpan());
        }
        else
        {
            walk.Hash.CopyTo(hash.AsSpan());
        }
        var start = isDamaged
            ? new SegmentWriter.Start(number + 1, 0, 0, hash, end)
            : new SegmentWriter.Start(number, walk.NextFrame, walk.TornAt ?? walk.FileLength, hash, end);
        return new Outcome(start, cut, cut > 0 ? walk.TornFrames : 0, damage, walk.BytesRead);
    }

    sealed record Tail(EventPosition End, byte[] Hash, bool HasFrames, int NextFrame, long FileLength, long? TornAt, int TornFrames, long BytesRead);

    static Tail Walk(string path, int number, List<JournalDamage> damage)
    {
        using var reader = new SegmentReader(path, number);
        var limit = reader.FileLength;
        var hash = new byte[FrameHeader.HashLength];
        var last = 0L;
        var end = EventPosition.Start;
        var hasFrames = false;
        var nextFrame = 0;
        while (true)
        {
            var state = reader.ReadFrame(limit);
            if (state == FrameState.Valid)
            {
                hasFrames = true;
                nextFrame = reader.Header.Frame + 1;
                end = new EventPosition(number, reader.Header.Frame, reader.Header.Records - 1);
                last = reader.FrameOffset;
                continue;
            }
            if (state == FrameState.End) return Ended(null, 0);
            var bad = reader.Offset;
            var (next, isProven, later) = LookBehind(reader, limit);
            reader.Offset = bad;
            if (!isProven && (state == FrameState.Incomplete && later == 0 || reader.HasEmptySector(bad, next)))
                return Ended(bad, later + 1);
            damage.Add(new JournalDamage(number, bad, next - bad, $"{next - bad} bytes are no valid frame."));
            if (later == 0) return Ended(null, 0);
            reader.Offset = next;
        }

        // The chain goes on from the last good frame; the hashes of those before it are nobody's business at start.
        Tail Ended(long? tornAt, int tornFrames)
        {
            if (hasFrames)
            {
                reader.Offset = last;
                reader.ReadFrame(limit);
                reader.Hash(hash);
            }
            return new Tail(end, hash, hasFrames, nextFrame, limit, tornAt, tornFrames, reader.BytesRead);
        }
    }

    // Where is the next valid frame, does one behind prove that the bad bytes were flushed before it was written, and how many are there?
    static (long Next, bool IsProven, int Count) LookBehind(SegmentReader reader, long limit)
    {
        var bad = reader.Offset;
        var next = limit;
        var count = 0;
        while (reader.TryResync(limit))
        {
            if (count == 0) next = reader.Offset;
            while (reader.ReadFrame(limit) == FrameState.Valid)
            {
                count++;
                if (reader.Header.DurableBefore > bad) return (next, true, count);
            }
        }
        return (next, false, count);
    }

    // The last segment holds no frame yet; the chain goes on from the last frame of the segments before it.
    static (EventPosition End, byte[] Hash) LastBefore(string directory, List<int> segments, int index)
    {
        var hash = new byte[FrameHeader.HashLength];
        for (; index >= 0; index--)
        {
            using var reader = new SegmentReader(SegmentNames.Segment(directory, segments[index]), segments[index]);
            var limit = reader.FileLength;
            var at = -1L;
            while (true)
            {
                var state = reader.Skip(limit);
                if (state == FrameState.Valid) at = reader.FrameOffset;
                else if (state == FrameState.End || !reader.TryResync(limit)) break;
            }
            if (at < 0) continue;
            reader.Offset = at;
            if (reader.ReadFrame(limit) != FrameState.Valid) continue;
            reader.Hash(hash);
            return (new EventPosition(segments[index], reader.Header.Frame, reader.Header.Records - 1), hash);
        }
        return (EventPosition.Start, hash);
    }
}
