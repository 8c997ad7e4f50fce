using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal;

/// <summary>Removes whole segments from the old end, and measures what is there. The segment being written and those that readers still need stay.</summary>
internal sealed class Retention(string directory, LocalJournalOptions options)
{
    public long Size() => SegmentNames.List(directory).Sum(Length);

    /// <summary>Bytes from behind a position to the end.</summary>
    public long BytesAfter(EventPosition position, DurableEnd end, SegmentOffsets offsets)
    {
        if (position >= end.Position) return 0;
        long bytes = 0;
        foreach (var number in SegmentNames.List(directory))
        {
            if (number < position.Segment || number > end.Segment) continue;
            var length = number == end.Segment ? end.Offset : Length(number);
            bytes += number == position.Segment ? Math.Max(0, length - offsets.Find(number, position.Frame + (position.Index >= 0 ? 1 : 0))) : length;
        }
        return bytes;
    }

    public int Apply(DateTimeOffset now, EventPosition readTo, DurableEnd end, int repeatWindow)
    {
        var segments = SegmentNames.List(directory);
        var size = segments.Sum(Length);
        var removed = 0;
        for (var i = 0; i + 1 < segments.Count && segments[i] < end.Segment && segments[i] < readTo.Segment; i++)
        {
            var length = Length(segments[i]);
            var isTooMuch = options.RetainBytes is { } most && size > most;
            var isTooOld = options.RetainAge is { } age && BeginOf(segments[i + 1]) is { } begin && begin < now - age;
            if (!isTooMuch && !isTooOld) break;
            // Ids first: a stop between the two steps leaves both, which does no harm.
            if (CountIdsAfter(segments, i, repeatWindow) < repeatWindow) RepeatMemory.Save(directory, segments[i]);
            File.Delete(SegmentNames.Segment(directory, segments[i]));
            File.Delete(SegmentNames.Counts(directory, segments[i]));
            size -= length;
            removed++;
        }
        if (removed > 0) DropSavedIds(repeatWindow);
        return removed;
    }

    // Ids that come after those of a segment: once they fill the window, the segment's own are not needed.
    int CountIdsAfter(List<int> segments, int index, int enough)
    {
        var count = 0;
        for (var i = segments.Count - 1; i > index && count < enough; i--)
        {
            var counts = i == segments.Count - 1 ? SegmentCounts.Count(directory, segments[i]) : SegmentCounts.ReadOrCount(directory, segments[i]);
            count += (int)Math.Min(enough, counts?.AuditEvents ?? 0);
        }

        return count;
    }

    void DropSavedIds(int repeatWindow)
    {
        var segments = SegmentNames.List(directory);
        var count = CountIdsAfter(segments, -1, repeatWindow);
        var saved = SegmentNames.ListIds(directory);
        for (var i = saved.Count - 1; i >= 0; i--)
        {
            if (count >= repeatWindow) File.Delete(SegmentNames.Ids(directory, saved[i]));
            else count += RepeatMemory.CountSaved(directory, saved[i]);
        }
    }

    // A segment's records are older than the first of the one after it.
    DateTimeOffset? BeginOf(int number)
    {
        using var reader = new SegmentReader(SegmentNames.Segment(directory, number), number);
        return reader.Skip(reader.FileLength) == FrameState.Valid ? DateTimeOffset.UnixEpoch.AddTicks(reader.Header.ReceivedMicros * TimeSpan.TicksPerMicrosecond) : null;
    }

    long Length(int number)
    {
        var file = new FileInfo(SegmentNames.Segment(directory, number));
        return file.Exists ? file.Length : 0;
    }
}
