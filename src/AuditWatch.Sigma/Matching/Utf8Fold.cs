using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace AuditWatch.Sigma.Matching;

/// <summary>
/// Case folding of UTF-8 as <see cref="StringComparison.OrdinalIgnoreCase"/> does it: every character by itself to its simple upper case.
/// No other character folds into ASCII (a test holds the runtime to that), so an ASCII pattern needs ASCII text.
/// </summary>
internal static class Utf8Fold
{
    /// <summary>Decodes one character; an invalid byte is -1 - its value, so it equals only itself.</summary>
    public static int Decode(ReadOnlySpan<byte> utf8, out int length)
    {
        var first = utf8[0];
        if (first < 0x80)
        {
            length = 1;
            return first;
        }
        if (Rune.DecodeFromUtf8(utf8, out var rune, out length) == OperationStatus.Done) return rune.Value;
        length = 1;
        return -1 - first;
    }

    /// <summary>One character's upper case.</summary>
    public static int Fold(int code) =>
        (uint)code < 0x80 ? (uint)(code - 'a') <= 'z' - 'a' ? code & ~0x20 : code
        : code < 0 ? code : Rune.ToUpperInvariant(new Rune(code)).Value;

    /// <summary>Folds a text into a buffer of at least <see cref="MaxFolded"/> bytes; returns the bytes written.</summary>
    public static int FoldInto(ReadOnlySpan<byte> utf8, Span<byte> into)
    {
        if (Ascii.ToUpper(utf8, into, out var written) == OperationStatus.Done) return written;
        var at = 0;
        for (var rest = utf8; rest.Length > 0;)
        {
            var code = Decode(rest, out var length);
            if (code < 0) into[at++] = rest[0];
            else at += new Rune(Fold(code)).EncodeToUtf8(into[at..]);
            rest = rest[length..];
        }
        return at;
    }

    /// <summary>The most bytes a text of this length can fold to: a two-byte character may become three bytes long.</summary>
    public static int MaxFolded(int length) => length + (length >> 1) + 4;

    /// <summary>Whether a text is one character per byte.</summary>
    public static bool IsAscii(ReadOnlySpan<byte> utf8) => Ascii.IsValid(utf8);
}
