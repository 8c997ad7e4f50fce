using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AuditWatch.Events.Redaction;

/// <summary>
/// What is kept of a record that does not parse: the bytes before its first body, cleaned, at most 4 KiB; then only how long it was and its SHA-256. Nothing can
/// be trusted about its structure, so a body is anything that looks like the beginning of one, at any depth of escaping, and when in doubt less is kept.
/// </summary>
internal static class UnparsableRecord
{
    static readonly SearchValues<byte> WordEnds = SearchValues.Create(" \t\r\n\",{}"u8);

    const int Kept = 4096;
    const int Ahead = 16384;   // how far behind the kept part a secret may reach that begins in it

    public static byte[] Clean(ReadOnlySpan<byte> bytes, EventCleaner cleaner)
    {
        var end = Math.Min(FirstBody(bytes), Math.Min(bytes.Length, Kept));
        var isCut = end < bytes.Length;
        var view = bytes[..Math.Min(bytes.Length, end < Kept ? end : Ahead)];
        if (isCut && end == Kept) end = WordStart(bytes, end);

        // Twice: "password%3Da%22b" says its name only when decoded, and where its value ends only when not.
        var cuts = cleaner.CleanText(Plain(view, allPercent: true), Plain(view, allPercent: false));
        var output = new ArrayBufferWriter<byte>(end + 128);
        cuts.WriteUntil(bytes, end, output);
        output.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\n[cut: {bytes.Length} bytes, sha256 {Convert.ToHexStringLower(SHA256.HashData(bytes))}]")));
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Where the first thing begins that may hold a body: a body's key or a Secret's data, quoted, escaped or bare.</summary>
    static int FirstBody(ReadOnlySpan<byte> bytes)
    {
        var first = bytes.Length;
        foreach (var word in (ReadOnlySpan<string>)["requestobject", "responseobject", "stringdata", "binarydata", "data", "last-applied-configuration", "patch.webhook"])
            for (var at = 0; at + word.Length <= Math.Min(first + word.Length, bytes.Length); at++)
            {
                if (!SecretShapes.Starts(bytes[at..], word)) continue;
                if (word == "data" && !IsKey(bytes, at, word.Length)) continue;
                first = Math.Min(first, QuoteStart(bytes, at));
                break;
            }
        return first;
    }

    static bool IsKey(ReadOnlySpan<byte> bytes, int at, int length)
    {
        if (at > 0 && (char.IsAsciiLetterOrDigit((char)bytes[at - 1]) || bytes[at - 1] is (byte)'-' or (byte)'_' or (byte)'.')) return false;
        var after = bytes[(at + length)..].TrimStart("\\\"' \t"u8);
        return after.IsEmpty || after[0] is (byte)':' or (byte)'=' or (byte)'/' or (byte)'%';
    }

    static int QuoteStart(ReadOnlySpan<byte> bytes, int at)
    {
        while (at > 0 && bytes[at - 1] is (byte)'"' or (byte)'\'' or (byte)'\\') at--;
        return at;
    }

    // Never in the middle of a word: half a secret is one.
    static int WordStart(ReadOnlySpan<byte> bytes, int end)
    {
        var at = bytes[..end].LastIndexOfAny(WordEnds);
        return at < 0 ? 0 : at + 1;
    }

    static int PercentValue(ReadOnlySpan<byte> text) =>
        text.Length > 2 && text[0] == '%' && char.IsAsciiHexDigit((char)text[1]) && char.IsAsciiHexDigit((char)text[2]) ? JsonEscape.Hex(text[1]) << 4 | JsonEscape.Hex(text[2]) : -1;

    // "command=vault&command=--token&command=…" reads as the command line that it is.
    static void JoinArguments(Span<byte> text)
    {
        for (var at = 1; at < text.Length; at++)
        {
            var next = text[at..].IndexOf("command="u8);
            if (next < 0) return;
            at += next;
            if (text[at - 1] is not ((byte)'&' or (byte)'?')) continue;
            text.Slice(at - 1, 9).Fill((byte)' ');
            var argument = text[(at + 8)..];
            if (argument.IndexOfAny((byte)'&', (byte)'"') is >= 0 and var length) argument = argument[..length];
            argument.Replace((byte)'+', (byte)' ');
        }
    }

    // Whatever the depth of escaping: backslashes go, percent and \u00xx escapes are undone, each byte knows where it stood.
    static TextLayer Plain(ReadOnlySpan<byte> view, bool allPercent)
    {
        var text = new byte[view.Length + 3];
        var places = new int[view.Length + 4];
        var n = 0;
        for (var i = 0; i < view.Length;)
        {
            var (from, at) = (i, n);
            if (view[i] == '\\')
            {
                while (i < view.Length && view[i] == '\\') i++;
                if (i >= view.Length) break;
                i += JsonEscape.Decode(view[(i - 1)..], text, ref n) - 1;
            }
            else if (PercentValue(view[i..]) is >= 0 and var value && (allPercent || char.IsAsciiLetterOrDigit((char)value) || value is '=' or ':' or '-' or '_' or '/' or '@'))
            {
                text[n++] = (byte)value;
                i += 3;
            }
            else text[n++] = view[i++];
            for (; at < n; at++) places[at] = from;
        }
        places[n] = view.Length;
        JoinArguments(text.AsSpan(0, n));
        return new TextLayer(text.AsSpan(0, n), places.AsSpan(0, n + 1), 0, 0);
    }
}
