using System.Buffers.Binary;
using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal.Kafka;

/// <summary>
/// Tells repeats in a partition. A record is one when its id is among the ids of the last N records before it, repeats included. So what is a repeat depends on the
/// partition alone: whoever reads it, from wherever, drops the same ones as soon as he has seen N ids.
/// </summary>
internal sealed class RepeatFilter(int window)
{
    readonly RepeatTable _table = new(window);
    bool[] _isRepeat = [];

    /// <summary>Ids seen.</summary>
    public long Seen => _table.Next;

    /// <summary>Whether that many ids were seen that no earlier one matters any more.</summary>
    public bool IsFull => _table.Next >= _table.Capacity;

    /// <summary>Takes a frame's ids, in order: for each record, whether it is a repeat. Empty when the frame has no ids. Borrowed until the next call.</summary>
    public ReadOnlySpan<bool> Take(in FrameHeader header, ReadOnlySpan<byte> frame)
    {
        if (!header.HasIds) return [];
        if (_isRepeat.Length < header.Records) _isRepeat = new bool[header.Records];
        for (var i = 0; i < header.Records; i++)
        {
            var id = new EventId(BinaryPrimitives.ReadUInt128BigEndian(frame[(header.IdsAt + 16 * i)..]));
            _isRepeat[i] = _table.Find(id) >= 0;
            if (_isRepeat[i]) _table.Remove(id);   // its place is here now
            _table.Add(id);
        }
        return _isRepeat.AsSpan(0, header.Records);
    }

    /// <summary>
    /// Cuts a frame into the stretches of records to take: each is where it begins and where it ends. The last one ends with the frame, and is empty when nothing is left to take.
    /// </summary>
    public static void Stretches(ReadOnlySpan<bool> isRepeat, int first, int records, List<(int First, int End)> stretches)
    {
        stretches.Clear();
        var at = first;
        while (at < records)
        {
            while (at < records && isRepeat.Length > 0 && isRepeat[at]) at++;
            if (at == records) break;
            var begin = at;
            while (at < records && (isRepeat.Length == 0 || !isRepeat[at])) at++;
            stretches.Add((begin, at));
        }
        if (stretches.Count == 0 || stretches[^1].End < records) stretches.Add((records, records));
    }
}
