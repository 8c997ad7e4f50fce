using System.Buffers.Binary;
using System.IO.Hashing;
using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal;

/// <summary>
/// Brings the ids of the last records back at start, from frame headers alone, and saves those of segments that retention removes while their ids still count
/// (a quiet cluster's events can be old enough to go and yet be among the last million).
/// </summary>
internal static class RepeatMemory
{
    static ReadOnlySpan<byte> Magic => [0xFF, (byte)'A', (byte)'W', (byte)'I'];

    /// <summary>What <see cref="Restore"/> did: ids known, and bytes read for it.</summary>
    public readonly record struct Outcome(int Known, long BytesRead);

    /// <summary>
    /// Fills both windows, oldest id first, and notes which clusters have had events since their last idle mark. Reads the newest segments until the window of audit ids is
    /// full, and of those none whose counts say that it has no id that is wanted: a journal of any size costs what its last million events cost.
    /// </summary>
    public static Outcome Restore(string directory, RepeatWindow audit, RepeatWindow other, Dictionary<string, bool> isActive, List<JournalDamage> damage)
    {
        var blocks = new Stack<List<(bool IsAudit, EventId Id)>>();
        var (seen, seenOther, bytes) = (0, 0, 0L);
        var segments = SegmentNames.List(directory);
        var numbers = segments.Union(SegmentNames.ListIds(directory)).Order().ToList();
        var lastSegment = segments.Count > 0 ? segments[^1] : 0;
        for (var i = numbers.Count - 1; i >= 0 && seen < audit.Capacity; i--)
        {
            var isThere = segments.BinarySearch(numbers[i]) >= 0;
            if (isThere && numbers[i] != lastSegment && SegmentCounts.TryRead(directory, numbers[i]) is { AuditEvents: 0 } counts && (counts.OtherIds == 0 || seenOther >= other.Capacity))
            {
                foreach (var (cluster, state) in counts.Clusters) isActive.TryAdd(cluster, state);
                continue;
            }
            var states = new Dictionary<string, bool>(StringComparer.Ordinal);
            var block = isThere ? ReadSegment(directory, numbers[i], states, damage, numbers[i] == lastSegment, ref bytes) : ReadSaved(SegmentNames.Ids(directory, numbers[i]));
            foreach (var (cluster, state) in states) isActive.TryAdd(cluster, state);
            blocks.Push(block);
            foreach (var (isAudit, _) in block)
            {
                if (isAudit) seen++;
                else seenOther++;
            }
        }
        foreach (var block in blocks)
        {
            foreach (var (isAudit, id) in block) (isAudit ? audit : other).Restore(id);
        }
        return new Outcome(Math.Min(seen, audit.Capacity), bytes);
    }

    /// <summary>Saves a segment's ids beside it, durably, before the segment goes. Returns how many audit ids it holds.</summary>
    public static int Save(string directory, int number)
    {
        var read = 0L;
        var ids = ReadSegment(directory, number, [], [], isLast: false, ref read);
        var bytes = new byte[12 + 17 * ids.Count + 8];
        Magic.CopyTo(bytes);
        bytes[4] = 1;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), ids.Count);
        for (var i = 0; i < ids.Count; i++)
        {
            bytes[12 + 17 * i] = ids[i].IsAudit ? (byte)1 : (byte)0;
            BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(13 + 17 * i), ids[i].Id.Value);
        }
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(bytes.Length - 8), XxHash3.HashToUInt64(bytes.AsSpan(0, bytes.Length - 8)));
        using (var file = File.OpenHandle(SegmentNames.Ids(directory, number), FileMode.Create, FileAccess.Write, FileShare.ReadWrite))
        {
            RandomAccess.Write(file, bytes, 0);
            RandomAccess.FlushToDisk(file);
        }
        DirectorySync.Flush(directory);
        return ids.Count(i => i.IsAudit);
    }

    /// <summary>How many audit ids a saved file holds.</summary>
    public static int CountSaved(string directory, int number) => ReadSaved(SegmentNames.Ids(directory, number)).Count(i => i.IsAudit);

    static List<(bool IsAudit, EventId Id)> ReadSegment(string directory, int number, Dictionary<string, bool> states, List<JournalDamage> damage, bool isLast, ref long bytes)
    {
        var ids = new List<(bool, EventId)>();
        using var reader = new SegmentReader(SegmentNames.Segment(directory, number), number);
        var limit = reader.FileLength;
        while (true)
        {
            var at = reader.Offset;
            // In the last segment whole frames are checked: what is damaged there may be on its way again, and must not count as known.
            var state = isLast ? reader.ReadFrame(limit) : reader.ReadHeader(limit);
            if (state == FrameState.End)
            {
                bytes += reader.BytesRead;
                return ids;
            }
            if (state != FrameState.Valid)
            {
                var isFound = reader.TryResync(limit);
                var to = isFound ? reader.Offset : limit;
                if (!isLast) damage.Add(new JournalDamage(number, at, to - at, $"{to - at} bytes are no valid frame."));
                if (!isFound) return ids;
                continue;
            }
            var header = reader.Header;
            if (header.Kind is RecordKind.Audit or RecordKind.Idle)
                states[FrameDecoder.Names(reader.HeaderBytes, header).Cluster] = header.Kind == RecordKind.Audit;
            if (!header.HasIds) continue;
            for (var i = 0; i < header.Records; i++)
                ids.Add((header.Kind == RecordKind.Audit, new EventId(BinaryPrimitives.ReadUInt128BigEndian(reader.HeaderBytes[(header.IdsAt + 16 * i)..]))));
        }
    }

    // A file that does not check is as good as none: its ids are forgotten, its events are kept.
    static List<(bool IsAudit, EventId Id)> ReadSaved(string path)
    {
        var ids = new List<(bool, EventId)>();
        var bytes = File.ReadAllBytes(path);
        if (bytes.Length < 20 || !bytes.AsSpan().StartsWith(Magic) || bytes[4] != 1) return ids;
        var count = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8));
        if (count < 0 || bytes.Length != 20L + 17L * count) return ids;
        if (XxHash3.HashToUInt64(bytes.AsSpan(0, bytes.Length - 8)) != BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(bytes.Length - 8))) return ids;
        for (var i = 0; i < count; i++) ids.Add((bytes[12 + 17 * i] == 1, new EventId(BinaryPrimitives.ReadUInt128BigEndian(bytes.AsSpan(13 + 17 * i)))));
        return ids;
    }
}
