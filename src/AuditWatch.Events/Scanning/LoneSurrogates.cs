namespace AuditWatch.Events.Scanning;

/// <summary>
/// Half surrogate pairs. JSON lets anybody write <c>"\ud800"</c>, which is no text: readers of the runtime, databases and other programs throw on it, so one such event could stop
/// whoever reads it. Everything that opens an event reads it with U+FFFD in their place, which is as long; the journal keeps what was sent.
/// </summary>
public static class LoneSurrogates
{
    const int Escape = 6;

    /// <summary>The text itself where there are none, else a copy of the same length.</summary>
    public static ReadOnlyMemory<byte> Replaced(ReadOnlyMemory<byte> json)
    {
        if (!MayHave(json.Span)) return json;
        byte[]? copy = null;
        var text = json.Span;
        for (var at = 0; text[at..].IndexOf((byte)'\\') is var next and >= 0;)
        {
            at += next;
            var unit = Unit(text[at..]);
            if (!char.IsSurrogate(unit)) at += 2;
            else if (char.IsHighSurrogate(unit) && char.IsLowSurrogate(Unit(text[Math.Min(at + Escape, text.Length)..]))) at += 2 * Escape;
            else
            {
                "\\ufffd"u8.CopyTo((copy ??= json.ToArray()).AsSpan(at));
                at += Escape;
            }
            if (at >= text.Length) break;
        }

        return copy ?? json;
    }

    /// <summary>False when there is none; cheap.</summary>
    public static bool MayHave(ReadOnlySpan<byte> json) => json.IndexOf("\\ud"u8) >= 0 || json.IndexOf("\\uD"u8) >= 0;

    // The unit that an escape stands for; 0 when this is none of four digits.
    static char Unit(ReadOnlySpan<byte> text) =>
        text.Length >= Escape && text[0] == '\\' && text[1] == 'u' && System.Buffers.Text.Utf8Parser.TryParse(text[2..Escape], out ushort unit, out var read, 'x') && read == 4 ? (char)unit : '\0';
}
