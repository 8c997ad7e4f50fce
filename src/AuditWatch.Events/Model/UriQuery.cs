namespace AuditWatch.Events.Model;

/// <summary>Reads the query of a request URI as the API server does: <c>&amp;</c> between pairs, <c>+</c> is a space, percent escapes undone.</summary>
static class UriQuery
{
    /// <summary>Takes the next pair from <paramref name="rest"/> (what follows the question mark), both parts still encoded.</summary>
    public static bool TryNext(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf((byte)'&');
            var pair = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (pair.IsEmpty) continue;
            var equals = pair.IndexOf((byte)'=');
            name = equals < 0 ? pair : pair[..equals];
            value = equals < 0 ? default : pair[(equals + 1)..];
            return true;
        }

        name = value = default;
        return false;
    }

    /// <summary>The query of a URI, without question mark; empty when it has none.</summary>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> uri)
    {
        var mark = uri.IndexOf((byte)'?');
        return mark < 0 ? default : uri[(mark + 1)..];
    }

    /// <summary>Whether an encoded name is this name.</summary>
    public static bool Is(ReadOnlySpan<byte> encoded, ReadOnlySpan<byte> name)
    {
        if (encoded.SequenceEqual(name)) return true;
        if (encoded.Length > 256 || !encoded.Contains((byte)'%')) return false;
        Span<byte> plain = stackalloc byte[256];
        return plain[..Decode(encoded, plain)].SequenceEqual(name);
    }

    /// <summary>Undoes the encoding; <paramref name="destination"/> must be at least as long. Broken escapes stay as they are.</summary>
    public static int Decode(ReadOnlySpan<byte> encoded, Span<byte> destination)
    {
        var written = 0;
        for (var i = 0; i < encoded.Length; i++)
        {
            var c = encoded[i];
            if (c == '+') c = (byte)' ';
            else if (c == '%' && i + 2 < encoded.Length && Hex(encoded[i + 1]) is var high and >= 0 && Hex(encoded[i + 2]) is var low and >= 0)
            {
                c = (byte)(high * 16 + low);
                i += 2;
            }

            destination[written++] = c;
        }

        return written;
    }

    static int Hex(byte c) => c switch
    {
        >= (byte)'0' and <= (byte)'9' => c - '0',
        >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => c - 'A' + 10,
        _ => -1,
    };
}
