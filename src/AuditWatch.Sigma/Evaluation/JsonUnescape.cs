using System.Buffers.Text;
using System.Text;

namespace AuditWatch.Sigma.Evaluation;

/// <summary>Undoes JSON's escapes. Half a surrogate pair becomes U+FFFD: log content may be anything, and nothing here throws for it.</summary>
internal static class JsonUnescape
{
    /// <summary>Writes at most as many bytes as it reads; returns how many.</summary>
    public static int Into(ReadOnlySpan<byte> escaped, Span<byte> into)
    {
        var at = 0;
        while (true)
        {
            var slash = escaped.IndexOf((byte)'\\');
            if (slash < 0 || slash + 1 >= escaped.Length)
            {
                escaped.CopyTo(into[at..]);
                return at + escaped.Length;
            }
            escaped[..slash].CopyTo(into[at..]);
            at += slash;
            var kind = escaped[slash + 1];
            escaped = escaped[(slash + 2)..];
            if (kind != 'u')
            {
                into[at++] = kind switch { (byte)'n' => (byte)'\n', (byte)'t' => (byte)'\t', (byte)'r' => (byte)'\r', (byte)'b' => (byte)'\b', (byte)'f' => (byte)'\f', _ => kind };
                continue;
            }
            var unit = Unit(escaped);
            escaped = escaped[Math.Min(4, escaped.Length)..];
            var rune = Rune.ReplacementChar;
            if (Rune.TryCreate((char)unit, out var whole)) rune = whole;
            else if (escaped.StartsWith("\\u"u8) && Rune.TryCreate((char)unit, (char)Unit(escaped[2..]), out var pair))
            {
                rune = pair;
                escaped = escaped[6..];
            }
            at += rune.EncodeToUtf8(into[at..]);
        }
    }

    static int Unit(ReadOnlySpan<byte> hex) =>
        hex.Length >= 4 && Utf8Parser.TryParse(hex[..4], out ushort unit, out var used, 'x') && used == 4 ? unit : 0xFFFD;
}
