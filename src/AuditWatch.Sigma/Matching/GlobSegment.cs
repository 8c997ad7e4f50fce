using System.Buffers;
using System.Text;

namespace AuditWatch.Sigma.Matching;

/// <summary>The part of a pattern between two stars: characters and <c>?</c>.</summary>
internal sealed class GlobSegment
{
    readonly int[] _codes;
    readonly bool _cased;
    readonly byte[]? _bytes;
    readonly bool _ascii;
    readonly SearchValues<byte>? _first;

    public GlobSegment(ReadOnlySpan<int> codes, bool cased)
    {
        _cased = cased;
        _codes = new int[codes.Length];
        var literal = true;
        for (var i = 0; i < codes.Length; i++)
        {
            _codes[i] = codes[i] == Pattern.One ? int.MinValue : cased ? codes[i] : Utf8Fold.Fold(codes[i]);
            literal &= codes[i] != Pattern.One;
        }
        if (!literal) return;
        _bytes = new Pattern(_codes).Bytes;
        _ascii = Utf8Fold.IsAscii(_bytes);
        if (_ascii && _bytes.Length > 0) _first = SearchValues.Create([_bytes[0], cased ? _bytes[0] : ToLower(_bytes[0])]);
    }

    public bool IsEmpty => _codes.Length == 0;

    /// <summary>Bytes compare one by one (exactly, or without the case of ASCII letters).</summary>
    bool IsSimple => _bytes is not null && (_cased || _ascii);

    public bool IsWhole(ReadOnlySpan<byte> text) => IsSimple ? Same(text) : MatchAt(text) == text.Length;

    /// <summary>Bytes used when the text begins with the segment, else -1.</summary>
    public int MatchAt(ReadOnlySpan<byte> text)
    {
        if (IsSimple) return text.Length >= _bytes!.Length && Same(text[.._bytes.Length]) ? _bytes.Length : -1;
        var used = 0;
        foreach (var code in _codes)
        {
            if (used >= text.Length) return -1;
            var found = Utf8Fold.Decode(text[used..], out var length);
            // A '?' takes any character, but never the ones nobody knows.
            if (code == int.MinValue ? text[used] == ValueMatcher.Withheld : code != (_cased ? found : Utf8Fold.Fold(found))) return -1;
            used += length;
        }
        return used;
    }

    /// <summary>Where the segment first occurs, else -1.</summary>
    public int Find(ReadOnlySpan<byte> text, out int length)
    {
        if (IsSimple) return FindSimple(text, out length);
        for (var at = 0; at <= text.Length;)
        {
            length = MatchAt(text[at..]);
            if (length >= 0) return at;
            if (at == text.Length) break;
            Utf8Fold.Decode(text[at..], out var step);
            at += step;
        }
        length = 0;
        return -1;
    }

    /// <summary>Whether the text ends with the segment; where it begins.</summary>
    public bool EndsAt(ReadOnlySpan<byte> text, out int start)
    {
        if (IsSimple)
        {
            start = text.Length - _bytes!.Length;
            return start >= 0 && Same(text[start..]);
        }
        start = text.Length;
        for (var n = _codes.Length; n > 0; n--)
        {
            if (start == 0) return false;
            start--;
            // Back over continuation bytes, but only as far as they belong to one whole character.
            var from = start;
            while (from > 0 && start - from < 3 && (text[from] & 0xC0) == 0x80) from--;
            if (from < start && Utf8Fold.Decode(text[from..], out var length) >= 0 && from + length == start + 1) start = from;
        }
        return MatchAt(text[start..]) == text.Length - start;
    }

    int FindSimple(ReadOnlySpan<byte> text, out int length)
    {
        length = _bytes!.Length;
        if (_cased || length == 0) return text.IndexOf(_bytes);
        var from = 0;
        while (text.Length - from >= length)
        {
            var hit = text[from..(text.Length - length + 1)].IndexOfAny(_first!);
            if (hit < 0) return -1;
            from += hit;
            if (Same(text.Slice(from, length))) return from;
            from++;
        }
        return -1;
    }

    bool Same(ReadOnlySpan<byte> text) => _cased ? text.SequenceEqual(_bytes) : Ascii.EqualsIgnoreCase(text, _bytes);

    static byte ToLower(byte c) => c is >= (byte)'A' and <= (byte)'Z' ? (byte)(c | 0x20) : c;
}
