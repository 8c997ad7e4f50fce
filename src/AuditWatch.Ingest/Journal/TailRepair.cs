using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal;

/// <summary>
/// Finds where writing ended, and cuts a torn tail off. Torn is what a writer that was stopped can leave behind: an incomplete frame, blocks never filled, or
/// damaged frames of a group of which nothing after proves that it was flushed. All else is damage: it stays as evidence, and writing goes on in a new segment.
/// </summary>
internal static class TailRepair
{
    internal sealed record Outcome(SegmentWriter.Start Start, long CutBytes, int CutFrames, List<JournalDamage> Damage);

    public static Outcome Repair(string directory)
    {
        var segments = SegmentNames.List(directory);
        var damage = new List<JournalDamage>();
        var hash = new byte[FrameHeader.HashLength];
        if (segments.Count == 0) return new Outcome(new SegmentWriter.Start(0, 0, 0, hash, EventPosition.Start), 0, 0, damage);
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
        return new Outcome(start, cut, cut > 0 ? walk.TornFrames : 0, damage);
    }

    sealed record Tail(EventPosition End, byte[] Hash, bool HasFrames, int NextFrame, long FileLength, long? TornAt, int TornFrames);

    static Tail Walk(string path, int number, List<JournalDamage> damage)
    {
        using var reader = new SegmentReader(path, number);
        var limit = reader.FileLength;
        var hash = new byte[FrameHeader.HashLength];
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
                reader.Hash(hash);
                continue;
            }
            if (state == FrameState.End) return new Tail(end, hash, hasFrames, nextFrame, limit, null, 0);
            var bad = reader.Offset;
            var (isLater, isProven, later) = LookBehind(reader, limit);
            reader.Offset = bad;
            if (isLater && isProven)
            {
                // A frame further on was written when these bytes were known to be durable: they may have been acknowledged.
                _ = reader.TryResync(limit);
                damage.Add(new JournalDamage(number, bad, reader.Offset - bad, $"{reader.Offset - bad} bytes are no valid frame."));
                continue;
            }
            if (isLater || state == FrameState.Incomplete || reader.IsZeroUntil(limit)) return new Tail(end, hash, hasFrames, nextFrame, limit, bad, later + 1);
            damage.Add(new JournalDamage(number, bad, limit - bad, $"{limit - bad} bytes at the segment's end are no valid frame."));
            return new Tail(end, hash, hasFrames, nextFrame, limit, null, 0);
        }
    }

    // Is there a valid frame behind, does one prove that the bad bytes were flushed before it was written, and how many are there?
    static (bool IsLater, bool IsProven, int Count) LookBehind(SegmentReader reader, long limit)
    {
        var bad = reader.Offset;
        var count = 0;
        while (reader.TryResync(limit))
        {
            while (reader.ReadFrame(limit) == FrameState.Valid)
            {
                count++;
                if (reader.Header.DurableBefore > bad) return (true, true, count);
            }
        }
        return (count > 0, false, count);
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
