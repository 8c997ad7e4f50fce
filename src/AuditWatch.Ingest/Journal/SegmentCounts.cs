using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace AuditWatch.Ingest.Journal;

/// <summary>
/// What a segment holds, in numbers. Kept in a small file beside each segment that is no longer written, so that a start need not walk the journal. Only ever a
/// shortcut: a file that is missing or does not fit its segment is made again from the frame headers.
/// </summary>
/// <param name="AuditEvents">Audit events.</param>
/// <param name="OtherIds">Records of other kinds that carry ids.</param>
/// <param name="Clusters">Clusters with events or idle marks in it; true where events came last.</param>
internal sealed record SegmentCounts(long AuditEvents, long OtherIds, IReadOnlyDictionary<string, bool> Clusters)
{
    const int FixedLength = 36;

    static ReadOnlySpan<byte> Magic => [0xFF, (byte)'A', (byte)'W', (byte)'C'];

    /// <summary>The file's numbers; null when there is none that fits the segment as it is.</summary>
    public static SegmentCounts? TryRead(string directory, int number)
    {
        byte[] bytes;
        long length;
        try
        {
            bytes = File.ReadAllBytes(SegmentNames.Counts(directory, number));
            length = new FileInfo(SegmentNames.Segment(directory, number)).Length;
        }
        catch (IOException)
        {
            return null;
        }
        if (bytes.Length < FixedLength + 8 || !bytes.AsSpan().StartsWith(Magic) || bytes[4] != 1) return null;
        if (XxHash3.HashToUInt64(bytes.AsSpan(0, bytes.Length - 8)) != BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(bytes.Length - 8))) return null;
        if (BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8)) != length) return null;
        var clusters = new Dictionary<string, bool>(StringComparer.Ordinal);
        var at = FixedLength;
        for (var i = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(32)); i > 0; i--)
        {
            var name = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at + 1));
            clusters[Encoding.UTF8.GetString(bytes, at + 3, name)] = bytes[at] == 1;
            at += 3 + name;
        }
        return new SegmentCounts(BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(16)), BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(24)), clusters);
    }

    /// <summary>The numbers of a segment that is no longer written: from its file, or counted and then kept there. Null when the segment is gone.</summary>
    public static SegmentCounts? ReadOrCount(string directory, int number)
    {
        if (TryRead(directory, number) is { } kept) return kept;
        try
        {
            using var reader = new SegmentReader(SegmentNames.Segment(directory, number), number);
            var length = reader.FileLength;
            var (counts, isDamaged) = Count(reader, length);
            // Damage is told at every start; a segment with some is walked every time.
            if (!isDamaged) counts.Write(directory, number, length);
            return counts;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The numbers of a segment as it is now, which may still be written.</summary>
    public static SegmentCounts Count(string directory, int number)
    {
        using var reader = new SegmentReader(SegmentNames.Segment(directory, number), number);
        return Count(reader, reader.FileLength).Counts;
    }

    static (SegmentCounts Counts, bool IsDamaged) Count(SegmentReader reader, long limit)
    {
        var clusters = new Dictionary<string, bool>(StringComparer.Ordinal);
        var isDamaged = false;
        for (long audit = 0, other = 0; ;)
        {
            var state = reader.ReadHeader(limit);
            if (state == FrameState.Valid)
            {
                var header = reader.Header;
                if (header.Kind == RecordKind.Audit) audit += header.Records;
                else if (header.HasIds) other += header.Records;
                if (header.Kind is RecordKind.Audit or RecordKind.Idle) clusters[FrameDecoder.Names(reader.HeaderBytes, header).Cluster] = header.Kind == RecordKind.Audit;
                continue;
            }
            if (state == FrameState.End) return (new SegmentCounts(audit, other, clusters), isDamaged);
            isDamaged = true;
            if (!reader.TryResync(limit)) return (new SegmentCounts(audit, other, clusters), isDamaged);
        }
    }

    // Not flushed: what a power cut leaves half written does not check, and is made again.
    void Write(string directory, int number, long length)
    {
        var names = Clusters.Select(c => (c.Value, Name: Encoding.UTF8.GetBytes(c.Key))).ToList();
        var bytes = new byte[FixedLength + names.Sum(n => 3 + n.Name.Length) + 8];
        Magic.CopyTo(bytes);
        bytes[4] = 1;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), length);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), AuditEvents);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), OtherIds);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(32), names.Count);
        var at = FixedLength;
        foreach (var (isActive, name) in names)
        {
            bytes[at] = isActive ? (byte)1 : (byte)0;
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at + 1), (ushort)name.Length);
            name.CopyTo(bytes, at + 3);
            at += 3 + name.Length;
        }
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at), XxHash3.HashToUInt64(bytes.AsSpan(0, at)));
        try
        {
            File.WriteAllBytes(SegmentNames.Counts(directory, number), bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No room, or a journal that may only be read: then it is counted again.
        }
    }
}
