namespace AuditWatch.Ingest.Journal;

/// <summary>Where the frames of a segment lie: walked once by their headers' fixed parts, then kept for the segments used last.</summary>
internal sealed class SegmentOffsets(string directory, Func<DurableEnd>? durable = null)
{
    const int KeptSegments = 8;

    readonly Lock _gate = new();
    readonly Dictionary<int, Walk> _walks = [];
    long _clock;

    /// <summary>Offset of a frame; of the next one there is when that one is damaged; of the end of what is known when there is none.</summary>
    public long Find(int segment, int frame)
    {
        lock (_gate)
        {
            if (!_walks.TryGetValue(segment, out var walk))
            {
                if (_walks.Count >= KeptSegments) _walks.Remove(_walks.MinBy(w => w.Value.Used).Key);
                _walks.Add(segment, walk = new Walk());
            }
            walk.Used = ++_clock;
            if (walk.Frames.Count == 0 || walk.Frames[^1] < frame) Extend(segment, walk);
            var at = walk.Frames.BinarySearch(frame);
            if (at < 0) at = ~at;
            return at < walk.Frames.Count ? walk.Offsets[at] : walk.End;
        }
    }

    void Extend(int segment, Walk walk)
    {
        var path = SegmentNames.Segment(directory, segment);
        if (!File.Exists(path)) return;
        using var reader = new SegmentReader(path, segment) { Offset = walk.End };
        // A write that is not durable yet may be cut off again, and its frames come back elsewhere.
        var limit = durable?.Invoke() is { } end && end.Segment == segment ? end.Offset : reader.FileLength;
        while (true)
        {
            var state = reader.Skip(limit);
            if (state == FrameState.Valid)
            {
                walk.Frames.Add(reader.Header.Frame);
                walk.Offsets.Add(reader.FrameOffset);
                walk.End = reader.Offset;
            }
            else if (state != FrameState.Damaged || !reader.TryResync(limit))
            {
                return;
            }
        }
    }

    sealed class Walk
    {
        public List<int> Frames { get; } = [];
        public List<long> Offsets { get; } = [];
        public long End { get; set; }
        public long Used { get; set; }
    }
}
