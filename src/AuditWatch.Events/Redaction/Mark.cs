using System.Buffers;

namespace AuditWatch.Events.Redaction;

/// <summary>What stands where a secret stood: <c>[redacted:16 hex]</c>, or <c>[redacted]</c> without a key. Needs no escape in JSON at any depth.</summary>
internal static class Mark
{
    const int KeyedLength = 27;

    static ReadOnlySpan<byte> Plain => "[redacted]"u8;
    static ReadOnlySpan<byte> Head => "[redacted:"u8;

    public static bool Is(ReadOnlySpan<byte> text) => LengthAt(text) is > 0 and var n && n == text.Length;

    public static bool IsIn(ReadOnlySpan<byte> text)
    {
        for (var at = 0; ; at++)
        {
            var next = text[at..].IndexOf("[redacted"u8);
            if (next < 0) return false;
            at += next;
            if (LengthAt(text[at..]) > 0) return true;
        }
    }

    /// <summary>Length of the mark that the text begins with, or 0.</summary>
    public static int LengthAt(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith(Plain)) return Plain.Length;
        if (text.Length < KeyedLength || !text.StartsWith(Head) || text[KeyedLength - 1] != ']') return 0;
        foreach (var b in text[Head.Length..(KeyedLength - 1)])
            if (!char.IsAsciiHexDigitLower((char)b)) return 0;
        return KeyedLength;
    }

    public static void Write(IBufferWriter<byte> output, ulong tag, bool keyed)
    {
        if (!keyed) { output.Write(Plain); return; }
        var span = output.GetSpan(KeyedLength);
        Head.CopyTo(span);
        for (var i = 0; i < 16; i++) span[Head.Length + i] = "0123456789abcdef"u8[(int)(tag >> (60 - 4 * i)) & 15];
        span[KeyedLength - 1] = (byte)']';
        output.Advance(KeyedLength);
    }
}
