namespace AuditWatch.Events.Redaction;

/// <summary>
/// Text and where each of its bytes stands in the event. Texts lie in texts (JSON in a JSON string, a percent-encoded parameter in a URI in a JSON string): each
/// decoding makes a new layer, and a cut found in any of them becomes a range of the event's own bytes.
/// </summary>
internal readonly ref struct TextLayer(ReadOnlySpan<byte> text, ReadOnlySpan<int> map, int origin, int depth)
{
    public ReadOnlySpan<byte> Text { get; } = text;

    readonly ReadOnlySpan<int> _map = map;   // empty: byte i stands at origin + i

    /// <summary>How many JSON strings this text lies in.</summary>
    public int Depth { get; } = depth;

    /// <summary>Offset in the event of this text's byte <paramref name="at"/> (the length is allowed).</summary>
    public int Raw(int at) => _map.IsEmpty ? origin + at : _map[at];

    public TextLayer Slice(int start, int length) => new(Text.Slice(start, length), _map.IsEmpty ? default : _map.Slice(start, length + 1), origin + start, Depth);

    /// <summary>This text as the content of a JSON string, its escapes undone.</summary>
    public TextLayer Unescape(Arena arena)
    {
        if (!Text.Contains((byte)'\\')) return new(Text, _map, origin, Depth + 1);
        var decoded = arena.Bytes(Text.Length);
        var places = arena.Places(Text.Length + 1);
        int n = 0, i = 0;
        while (i < Text.Length)
        {
            var from = n;
            var used = JsonEscape.Decode(Text[i..], decoded, ref n);
            for (var k = from; k < n; k++) places[k] = Raw(i);
            i += used;
        }
        places[n] = Raw(Text.Length);
        return new(decoded[..n], places[..(n + 1)], 0, Depth + 1);
    }

    /// <summary>This text with percent encoding (and plus signs, when asked) undone.</summary>
    public TextLayer PercentDecode(Arena arena, bool plus)
    {
        if (!Text.Contains((byte)'%') && !(plus && Text.Contains((byte)'+'))) return this;
        var decoded = arena.Bytes(Text.Length);
        var places = arena.Places(Text.Length + 1);
        var n = 0;
        for (var i = 0; i < Text.Length; n++)
        {
            places[n] = Raw(i);
            if (Text[i] == '%' && i + 2 < Text.Length && char.IsAsciiHexDigit((char)Text[i + 1]) && char.IsAsciiHexDigit((char)Text[i + 2]))
            {
                decoded[n] = (byte)(JsonEscape.Hex(Text[i + 1]) << 4 | JsonEscape.Hex(Text[i + 2]));
                i += 3;
            }
            else
            {
                decoded[n] = plus && Text[i] == '+' ? (byte)' ' : Text[i];
                i++;
            }
        }
        places[n] = Raw(Text.Length);
        return new(decoded[..n], places[..(n + 1)], 0, Depth);
    }
}
