using System.Globalization;

namespace AuditWatch.Events.Scanning;

/// <summary>Undoes the escapes of a key whose characters are all ASCII, as those of every hot key are.</summary>
static class KeyText
{
    /// <summary>False when an escape stands for anything beyond ASCII. The escapes are known to be well-formed.</summary>
    internal static bool TryUnescape(ReadOnlySpan<byte> raw, Span<byte> plain, out int length)
    {
        length = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            var letter = raw[i];
            if (letter == '\\')
            {
                letter = raw[++i];
                if (letter == 'u')
                {
                    if (!ushort.TryParse(raw.Slice(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) || code > 0x7F)
                        return false;
                    letter = (byte)code;
                    i += 4;
                }
                else
                {
                    letter = letter switch
                    {
                        (byte)'b' => 8,
                        (byte)'t' => 9,
                        (byte)'n' => 10,
                        (byte)'f' => 12,
                        (byte)'r' => 13,
                        _ => letter,
                    };
                }
            }
            plain[length++] = letter;
        }
        return true;
    }
}
