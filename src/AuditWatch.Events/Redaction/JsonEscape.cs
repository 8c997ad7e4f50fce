using System.Text;

namespace AuditWatch.Events.Redaction;

/// <summary>Undoes the escapes of JSON strings, also of those that are not quite well-formed: nothing here fails.</summary>
internal static class JsonEscape
{
    /// <summary>Decodes the byte or escape at the beginning, appends it and says how many bytes it took.</summary>
    public static int Decode(ReadOnlySpan<byte> text, Span<byte> decoded, ref int n)
    {
        if (text[0] != '\\' || text.Length < 2) { decoded[n++] = text[0]; return 1; }
        if (text[1] != 'u')
        {
            decoded[n++] = text[1] switch { (byte)'n' => (byte)'\n', (byte)'t' => (byte)'\t', (byte)'r' => (byte)'\r', (byte)'b' => 8, (byte)'f' => 12, var other => other };
            return 2;
        }
        if (!TryUnit(text, out var unit)) { decoded[n++] = text[0]; return 1; }
        if (char.IsHighSurrogate((char)unit) && TryUnit(text[6..], out var low) && char.IsLowSurrogate((char)low))
        {
            n += new Rune((char)unit, (char)low).EncodeToUtf8(decoded[n..]);
            return 12;
        }
        n += (Rune.TryCreate(unit, out var rune) ? rune : Rune.ReplacementChar).EncodeToUtf8(decoded[n..]);
        return 6;
    }

    /// <summary>Value of a hexadecimal digit.</summary>
    public static int Hex(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    static bool TryUnit(ReadOnlySpan<byte> text, out int unit)
    {
        unit = 0;
        if (text.Length < 6 || text[0] != '\\' || text[1] != 'u') return false;
        foreach (var digit in text[2..6])
        {
            if (!char.IsAsciiHexDigit((char)digit)) return false;
            unit = unit << 4 | Hex(digit);
        }
        return true;
    }
}
