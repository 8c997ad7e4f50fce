using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace AuditWatch.Events.Redaction;

/// <summary>What is to be replaced in one event, and the copy without it.</summary>
internal sealed class CutList(ReadOnlyMemory<byte> key)
{
    readonly List<Cut> _cuts = [];

    public int Count => _cuts.Count;

    public void Clear() => _cuts.Clear();

    /// <summary>Replaces [start, end) by the mark of <paramref name="secret"/>.</summary>
    public void Add(int start, int end, ReadOnlySpan<byte> secret, int quotes = -1)
    {
        if (end > start) _cuts.Add(new Cut(start, end, Tag(secret), quotes));
    }

    /// <summary>Forgets the cuts behind the first <paramref name="count"/>.</summary>
    public void DropAfter(int count) => _cuts.RemoveRange(count, _cuts.Count - count);

    /// <summary>Whether a cut covers part of the range.</summary>
    public bool Touches(int start, int end)
    {
        foreach (var cut in _cuts)
            if (cut.Start < end && start < cut.End) return true;
        return false;
    }

    /// <summary>Copies the bytes with every cut replaced; where cuts overlap, one mark stands for all.</summary>
    public void Write(ReadOnlySpan<byte> bytes, IBufferWriter<byte> output) => WriteUntil(bytes, bytes.Length, output);

    /// <summary>The same of the bytes before <paramref name="stop"/>; a cut that begins before it is replaced as a whole.</summary>
    public void WriteUntil(ReadOnlySpan<byte> bytes, int stop, IBufferWriter<byte> output)
    {
        _cuts.Sort(static (a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : b.End.CompareTo(a.End));
        var copied = 0;
        for (var i = 0; i < _cuts.Count && _cuts[i].Start < stop;)
        {
            var cut = _cuts[i];
            var end = cut.End;
            for (i++; i < _cuts.Count && _cuts[i].Start < end; i++) end = Math.Max(end, _cuts[i].End);
            output.Write(bytes[copied..cut.Start]);
            Quote(output, cut.Quotes);
            Mark.Write(output, cut.Tag, keyed: !key.IsEmpty);
            Quote(output, cut.Quotes);
            copied = end;
        }
        if (copied < stop) output.Write(bytes[copied..stop]);
    }

    static void Quote(IBufferWriter<byte> output, int level)
    {
        if (level < 0) return;
        for (var i = (1 << level) - 1; i > 0; i--) output.Write("\\"u8);
        output.Write("\""u8);
    }

    ulong Tag(ReadOnlySpan<byte> secret)
    {
        if (key.IsEmpty) return 0;
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key.Span, secret, hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }
}
