namespace AuditWatch.Events.Redaction;

/// <summary>Where the value behind a name and a separator begins and ends.</summary>
internal readonly record struct ValueSpan(int Start, int End)
{
    /// <summary>Finds the value at or after <paramref name="from"/>; <paramref name="name"/> is where its name begins.</summary>
    public static ValueSpan Find(ReadOnlySpan<byte> text, int name, int from, bool isColon)
    {
        while (from < text.Length && text[from] is (byte)' ' or (byte)'\t') from++;
        var open = from;
        while (open < text.Length && text[open] == '\\') open++;
        if (open < text.Length && text[open] is (byte)'"' or (byte)'\'' or (byte)'`') return Quoted(text, open, open - from);
        if (from >= text.Length || text[from] is (byte)'\n' or (byte)'\r' or (byte)'{' or (byte)'[') return IsMarkOrTemplate(text[from..]) ? Unquoted(text, name, from, isColon) : new(from, from);
        if (isColon && text[from] is (byte)'|' or (byte)'>' && Block(text, name, from) is var block && block.End > block.Start) return block;
        return Unquoted(text, name, from, isColon);
    }

    static bool IsMarkOrTemplate(ReadOnlySpan<byte> text) => text.StartsWith("[redacted"u8) || text.StartsWith("{{"u8);

    // Ends at the same quote with no more backslashes before it than the opening one had: \"…\" may hold \\\".
    static ValueSpan Quoted(ReadOnlySpan<byte> text, int open, int backslashes)
    {
        for (var i = open + 1; i < text.Length; i++)
        {
            if (text[i] != text[open]) continue;
            var before = 0;
            while (i - before - 1 > open && text[i - before - 1] == '\\') before++;
            if (before <= backslashes || (text[open] == '"' && backslashes == 0 && before % 2 == 0)) return new(open + 1, i - Math.Min(before, backslashes));
        }
        return new(open + 1, text.Length);
    }

    static ValueSpan Unquoted(ReadOnlySpan<byte> text, int name, int from, bool isColon)
    {
        if (text[from..].StartsWith("$("u8) || text[from..].StartsWith("${"u8) || text[from..].StartsWith("{{"u8))
        {
            var closing = text[from] == '{' ? "}}"u8 : text[from + 1] == '(' ? ")"u8 : "}"u8;
            var close = text[from..].IndexOf(closing);
            var behind = from + close + closing.Length;
            if (close > 0 && (behind >= text.Length || text[behind] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'"' or (byte)'\'' or (byte)';' or (byte)'&' or (byte)',')) return new(from, behind);
        }
        var lineEnd = text[from..].IndexOfAny((byte)'\n', (byte)'\r');
        lineEnd = lineEnd < 0 ? text.Length : from + lineEnd;
        var isLine = NamedValue.IsLineStart(text, name);
        var scheme = SchemeEnd(text, from);
        if (isColon && isLine)
        {
            var comment = text[from..lineEnd].IndexOf(" #"u8);
            var end = comment < 0 ? lineEnd : from + comment;
            return new(from, from + text[from..end].TrimEnd(" \t,"u8).Length);
        }
        for (var i = scheme; i < lineEnd; i++)
        {
            if (text[i] == '[' && Mark.LengthAt(text[i..lineEnd]) is > 0 and var mark) { i += mark - 1; continue; }
            switch (text[i])
            {
                case (byte)' ' or (byte)'\t' or (byte)'"' or (byte)'\'' or (byte)'`' or (byte)'<' or (byte)'>':
                    return new(from, i);
                case (byte)'\\' when i + 1 < lineEnd && text[i + 1] is (byte)'"' or (byte)'\'' or (byte)'\\':
                    return new(from, i);
                case (byte)')' or (byte)'}' or (byte)']' or (byte)'|' when !isLine:
                    return new(from, i);
                case (byte)';' or (byte)'&' or (byte)',' when !isLine || NextIsNamed(text[(i + 1)..lineEnd]):
                    return new(from, i);
            }
        }
        return new(from, lineEnd);
    }

    // "Password=a;b" alone on a line is one value, "Password=a;Server=b" is two.
    static bool NextIsNamed(ReadOnlySpan<byte> rest)
    {
        rest = rest.TrimStart(" \t"u8);
        var i = 0;
        while (i < rest.Length && (char.IsAsciiLetterOrDigit((char)rest[i]) || rest[i] is (byte)'_' or (byte)'-' or (byte)'.' or (byte)' ')) i++;
        return rest.IsEmpty || (i > 0 && i < rest.Length && rest[i] is (byte)'=' or (byte)':');
    }

    static int SchemeEnd(ReadOnlySpan<byte> text, int from)
    {
        foreach (var scheme in (ReadOnlySpan<string>)["bearer ", "basic ", "token ", "apikey "])
            if (SecretShapes.Starts(text[from..], scheme)) return from + scheme.Length;
        return from;
    }

    // YAML's "key: |" with its more indented lines.
    static ValueSpan Block(ReadOnlySpan<byte> text, int name, int from)
    {
        var header = text[from..].IndexOf((byte)'\n');
        if (header < 0 || text.Slice(from + 1, header - 1).Trim("+-0123456789 \t\r"u8).Length > 0) return default;
        var indent = name - (text[..name].LastIndexOf((byte)'\n') + 1);
        int start = -1, end = from;
        for (var line = from + header + 1; line < text.Length;)
        {
            var length = text[line..].IndexOf((byte)'\n');
            var lineEnd = length < 0 ? text.Length : line + length;
            var content = text[line..lineEnd].IndexOfAnyExcept(" \t\r"u8);
            if (content >= 0)
            {
                if (content <= indent) break;
                if (start < 0) start = line + content;
                end = lineEnd;
            }
            line = lineEnd + 1;
        }
        return start < 0 ? default : new(start, end);
    }
}
