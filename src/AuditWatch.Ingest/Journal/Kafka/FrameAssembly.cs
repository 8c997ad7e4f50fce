namespace AuditWatch.Ingest.Journal.Kafka;

/// <summary>Puts the parts of large frames together. Those of one producer follow each other; those of several may be mixed.</summary>
internal sealed class FrameAssembly
{
    // One per producer that was stopped in the middle of a frame; more than a few mean that somebody else writes the topic.
    const int MostOpen = 64;
    readonly Dictionary<UInt128, Open> _open = [];

    /// <summary>Frames that are begun and not complete.</summary>
    public int Unfinished => _open.Count;

    /// <summary>Takes a Kafka record. The frame that it completes, or null.</summary>
    public byte[]? Take(in PartKey key, byte[] value, long offset)
    {
        if (key.Parts == 1) return value;
        if (key.Part == 0)
        {
            if (_open.Count >= MostOpen && !_open.ContainsKey(key.Producer)) _open.Remove(_open.MinBy(o => o.Value.Offset).Key);
            _open[key.Producer] = new Open(key, offset) { Bytes = { value } };
            return null;
        }
        if (!_open.TryGetValue(key.Producer, out var open) || key != open.Key with { Part = open.Bytes.Count }) return null;
        open.Bytes.Add(value);
        if (open.Bytes.Count < key.Parts) return null;
        _open.Remove(key.Producer);
        var frame = new byte[open.Bytes.Sum(b => b.Length)];
        var at = 0;
        foreach (var part in open.Bytes)
        {
            part.CopyTo(frame, at);
            at += part.Length;
        }
        return frame;
    }

    sealed record Open(PartKey Key, long Offset)
    {
        public List<byte[]> Bytes { get; } = [];
    }
}
