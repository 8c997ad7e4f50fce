using System.Numerics;
using System.Runtime.Intrinsics;
using System.Text;

namespace AuditWatch.Events.Model;

/// <summary>Undoes JSON string escapes without allocating. Never throws: half a surrogate pair, which JSON allows to be written, becomes U+FFFD; what is no escape stays.</summary>
static class JsonText
{
    /// <summary>Unescapes the raw text between the quotes. <paramref name="destination"/> must be at least as long; returns how much was written.</summary>
    public static int Unescape(ReadOnlySpan<byte> raw, Span<byte> destination)
    {
        var written = 0;
        while (true)
        {
            var escape = CopyToEscape(raw, destination[written..]);
            written += escape;
            if (escape + 1 >= raw.Length)
            {
                // A backslash that nothing follows is one.
                if (escape < raw.Length) destination[written++] = (byte)'\\';
                return written;
            }

            var kind = raw[escape + 1];
            raw = raw[(escape + 2)..];
            if (kind != 'u')
            {
                destination[written++] = Single(kind);
                continue;
            }

            if (!TryHex(raw, out _))
            {
                // No character: left as it is, since anything else could be longer than what stood there.
                "\\u"u8.CopyTo(destination[written..]);
                written += 2;
                continue;
            }

            var rune = ReadRune(ref raw);
            written += rune.EncodeToUtf8(destination[written..]);
        }
    }

    // Where an escape comes every few bytes, looking for it and then copying up to it takes longer than both at once.
    static int CopyToEscape(ReadOnlySpan<byte> raw, Span<byte> destination)
    {
        var at = 0;
        for (; raw.Length - at >= Vector128<byte>.Count; at += Vector128<byte>.Count)
        {
            var bytes = Vector128.Create(raw.Slice(at, Vector128<byte>.Count));
            bytes.CopyTo(destination[at..]);
            var escapes = Vector128.Equals(bytes, Vector128.Create((byte)'\\')).ExtractMostSignificantBits();
            if (escapes != 0) return at + BitOperations.TrailingZeroCount(escapes);
        }

        for (; at < raw.Length && raw[at] != '\\'; at++) destination[at] = raw[at];
        return at;
    }

    static byte Single(byte kind) => kind switch
    {
        (byte)'n' => (byte)'\n',
        (byte)'t' => (byte)'\t',
        (byte)'r' => (byte)'\r',
        (byte)'b' => (byte)'\b',
        (byte)'f' => (byte)'\f',
        _ => kind,
    };

    static Rune ReadRune(ref ReadOnlySpan<byte> raw)
    {
        TryHex(raw, out var unit);
        raw = raw[4..];
        if (Rune.TryCreate(unit, out var rune)) return rune;
        if (raw.Length >= 6 && raw[0] == '\\' && raw[1] == 'u' && TryHex(raw[2..], out var low) && Rune.TryCreate(unit, low, out rune))
        {
            raw = raw[6..];
            return rune;
        }

        return Rune.ReplacementChar;
    }

    static bool TryHex(ReadOnlySpan<byte> digits, out char unit)
    {
        unit = '\0';
        if (digits.Length < 4) return false;
        var value = 0;
        for (var i = 0; i < 4; i++)
        {
            var digit = Digit(digits[i]);
            if (digit < 0) return false;
            value = value * 16 + digit;
        }

        unit = (char)value;
        return true;
    }

    static int Digit(byte c) => c switch
    {
        >= (byte)'0' and <= (byte)'9' => c - '0',
        >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => c - 'A' + 10,
        _ => -1,
    };
}
