namespace AuditWatch.Ingest.Sources.Files;

/// <summary>
/// Cuts text into lines. A line that a container runtime cut into parts (<c>TIME stdout P …</c> up to one with <c>F</c>) is put together again, and as long as its
/// last part has not come nothing of it is taken.
/// </summary>
internal static class TailedLines
{
    /// <summary>Adds the whole lines to <paramref name="lines"/>, named by their place in the log, and gives the length of what was taken. At a file's end (<paramref name="isLast"/>) the rest is taken as it is.</summary>
    public static int Take(ReadOnlyMemory<byte> text, long place, bool isLast, PartitionLot lines)
    {
        var taken = 0;
        List<ReadOnlyMemory<byte>>? parts = null;
        var firstPart = 0;
        for (var at = 0; at < text.Length;)
        {
            var length = text.Span[at..].IndexOf((byte)'\n');
            if (length < 0 && !isLast) break;
            var line = Trimmed(text.Slice(at, length < 0 ? text.Length - at : length));
            var start = at;
            at = length < 0 ? text.Length : at + length + 1;
            var content = ContentOf(line.Span, out var isPart);
            if (isPart || parts is not null && content > 0)
            {
                if (parts is null) (parts, firstPart) = ([line], start);
                else parts.Add(line[content..]);
                if (isPart) continue;
                lines.Add(place + firstPart, Joined(parts));
                parts = null;
            }
            else if (!line.IsEmpty)
            {
                // Something else between the parts: they are judged for themselves.
                foreach (var part in parts ?? []) lines.Add(place + firstPart, part);
                parts = null;
                lines.Add(place + start, line);
            }
            if (parts is null) taken = at;
        }
        if (!isLast || parts is null) return taken;
        foreach (var part in parts) lines.Add(place + firstPart, part);
        return text.Length;
    }

    // A writer whose file was truncated under it may leave a hole of zeros before its next line.
    static ReadOnlyMemory<byte> Trimmed(ReadOnlyMemory<byte> line)
    {
        line = line.TrimEnd(" \t\r"u8).TrimStart("\0 \t"u8);
        return line.Span.StartsWith("\uFEFF"u8) ? line[3..] : line;
    }

    // Where the content of a runtime's line begins; 0 when it is another line.
    static int ContentOf(ReadOnlySpan<byte> line, out bool isPart)
    {
        isPart = false;
        if (line.Length < 30 || line[0] is < (byte)'0' or > (byte)'9') return 0;
        var space = line[..Math.Min(line.Length, 48)].IndexOf((byte)' ');
        if (space < 20) return 0;
        var rest = line[(space + 1)..];
        if (!rest.StartsWith("stdout "u8) && !rest.StartsWith("stderr "u8)) return 0;
        rest = rest[7..];
        if (rest is not [(byte)'P' or (byte)'F', (byte)' ' or (byte)':', ..]) return 0;
        isPart = rest[0] == 'P';
        var end = rest.IndexOf((byte)' ');
        return end < 0 ? 0 : space + 1 + 7 + end + 1;
    }

    static byte[] Joined(List<ReadOnlyMemory<byte>> parts)
    {
        var joined = new byte[parts.Sum(p => p.Length)];
        var at = 0;
        foreach (var part in parts)
        {
            part.CopyTo(joined.AsMemory(at));
            at += part.Length;
        }
        // The first part's tag says that more follows.
        var tag = joined.AsSpan(0, 48).IndexOf(" P"u8);
        joined[tag + 1] = (byte)'F';
        return joined;
    }
}
