namespace AuditWatch.Events.Redaction;

/// <summary>Values after a telling name in running text: <c>password=…</c>, <c>token: …</c>, <c>"apiKey": "…"</c>, <c>--secret …</c>.</summary>
internal static class NamedValue
{
    /// <summary>Whether the candidate at <paramref name="at"/> is a credential's name with something behind it that may be the value.</summary>
    public static bool Wakes(ReadOnlySpan<byte> text, int at)
    {
        var here = text[at..];
        var before = at > 0 ? (byte)(text[at - 1] | 0x20) : (byte)0;
        if (SecretShapes.Starts(here, "assw") || SecretShapes.Starts(here, "assph")) return before == 'p';
        if (here.StartsWith("sig="u8)) return before is 0 or (byte)'&' or (byte)'?' or (byte)'6' or (byte)' ' or (byte)'"' or (byte)';' or (byte)'\n';   // 6: \u0026
        var inWord = (SecretShapes.Starts(here, "ass") && before == 'p') || (SecretShapes.Starts(here, "oken") && before == 't') || (SecretShapes.Starts(here, "cret") && before == 'e')
            || (SecretShapes.Starts(here, "ial") && before == 't') || SecretShapes.Starts(here, "key") || SecretShapes.Starts(here, "pwd")
            || (SecretShapes.Starts(here, "uth") && before == 'a') || SecretShapes.Starts(here, "auth") || (here.StartsWith("on"u8) && before == 'i');
        if (here.StartsWith("al="u8) && text[..at].EndsWith("from-liter"u8)) return true;
        if (!inWord) return false;
        if (here.StartsWith("cret"u8) && at >= 3 && text[at - 2] == 'S' && NamesTheKind(text[at - 3], here[4..])) return true;
        // \"resource\":\"secrets\": an audit event inside a text
        if (here.StartsWith("crets\\"u8) && at >= 18 && text[at - 4] == '\\' && text[(at - 18)..(at - 4)].IndexOf("resource"u8) >= 0) return true;
        var start = at;
        while (start > 0 && at - start < 253 && IsNameByte(text[start - 1])) start--;
        if (start > 0 && text[start - 1] == '\\' && text[start] is (byte)'n' or (byte)'t' or (byte)'r') start++;      // the n of "\napi_key: …"
        if (start > 5 && text[start - 1] == '/' && text[..(start - 1)].EndsWith("s.io"u8)) return false;      // Kubernetes' own annotations and labels
        var end = at + 2;
        while (end < text.Length && IsNameByte(text[end])) end++;
        return end < text.Length && text[end] is (byte)'=' or (byte)':' or (byte)'"' or (byte)'\'' or (byte)'\\' or (byte)'%' or (byte)' ' or (byte)'\t' or (byte)'&'
            && CredentialNames.IsCredential(text[start..end]) && (text[start] == '-' || LeadsToValue(text, start, end));
    }

    // "kind":"Secret", \"kind\":\"SecretList\", kind: Secret
    static bool NamesTheKind(byte before, ReadOnlySpan<byte> after) =>
        before is (byte)'"' or (byte)'\'' or (byte)' ' && (after.IsEmpty || after[0] is (byte)'"' or (byte)'\'' or (byte)'\\' or (byte)'\n' or (byte)' ' or (byte)'L');

    static bool LeadsToValue(ReadOnlySpan<byte> text, int nameAt, int at)
    {
        at = Skip(text, at, "\\\"' \t"u8);
        if (at >= text.Length) return false;
        switch (text[at])
        {
            case (byte)'=' or (byte)'%': return true;
            case (byte)':':
                at = Skip(text, at + 1, "\\ \t"u8);
                return at < text.Length && text[at] is not ((byte)'{' or (byte)'[' or (byte)'}' or (byte)',') && !text[at..].StartsWith("true"u8) && !text[at..].StartsWith("false"u8) && !text[at..].StartsWith("null"u8);
            case (byte)',':
                return text[Skip(text, at + 1, "\\\" \t"u8)..].StartsWith("value"u8);   // {"name":"API_TOKEN","value":"…"}
            case (byte)'}': return IsNameBehindValue(text, nameAt);
            default: return false;
        }
    }

    // {"value":"…","name":"API_TOKEN"}
    static bool IsNameBehindValue(ReadOnlySpan<byte> text, int at)
    {
        var before = text[Math.Max(0, at - 1024)..at];
        var member = before[(before.LastIndexOf((byte)'{') + 1)..].TrimEnd("\\\": "u8);
        return member.EndsWith("name"u8) && member.IndexOf("value"u8) >= 0;
    }

    /// <summary>Cuts every such value in the text.</summary>
    public static void CutAll(TextLayer layer, TextRules rules, CutList cuts)
    {
        var text = layer.Text;
        for (var at = 0; at < text.Length; at++)
        {
            var next = text[at..].IndexOfAny((byte)'=', (byte)':');
            if (next < 0) break;
            at += next;
            CutAfterSeparator(layer, at, rules, cuts);
        }
        for (var at = 0; at < text.Length; at++)
        {
            var next = text[at..].IndexOf((byte)'-');
            if (next < 0) break;
            at += next;
            at = CutAfterOption(layer, at, rules, cuts);
        }
    }

    static void CutAfterSeparator(TextLayer layer, int at, TextRules rules, CutList cuts)
    {
        var text = layer.Text;
        var end = at;
        if (end > 0 && text[at] == '=' && text[end - 1] is (byte)':' or (byte)'=' or (byte)'!') return;   // ":=" was seen at its colon; "==" compares
        while (end > 0 && text[end - 1] is (byte)' ' or (byte)'\t' or (byte)'"' or (byte)'\'' or (byte)'\\') end--;
        var isQuoted = end < at && text[end..at].IndexOfAny((byte)'"', (byte)'\'') >= 0;
        var start = end;
        while (start > 0 && end - start < 253 && IsNameByte(text[start - 1])) start--;
        var name = text[start..end].TrimStart((byte)'-');
        if (!CredentialNames.IsCredential(name) && !(text[at] == '=' && IsLiteral(text[..start]))) return;
        // "volume "secret" : secret "db" not found" is a sentence.
        isQuoted &= text[at - 1] is (byte)'"' or (byte)'\'' || text[(at + 1)..].TrimStart(" \t\\"u8) is [(byte)'"', ..];
        var isHeader = SecretShapes.Starts(name, "x-") || name.EndsWith("uthorization"u8);
        if (text[at] == ':' && !(isQuoted || isHeader || rules.HasFlag(TextRules.Config) || (rules.HasFlag(TextRules.CommandLine) && text[(at + 1)..] is [(byte)' ', ..]) || IsLineStart(text, start) && text[at..].IndexOf((byte)'\n') >= 0)) return;
        var from = at + 1;
        while (from < text.Length && text[from] is (byte)'=' or (byte)'>' && from == at + 1) from++;
        var value = ValueSpan.Find(text, start, from, isColon: text[at] == ':');
        Cut(layer, value.Start, value.End, isHeader, cuts);
    }

    // kubectl create secret generic x --from-literal=KEY=VALUE
    static bool IsLiteral(ReadOnlySpan<byte> before) => before.EndsWith("--from-literal="u8) || before.EndsWith("--from-literal "u8);

    static int CutAfterOption(TextLayer layer, int at, TextRules rules, CutList cuts)
    {
        var text = layer.Text;
        if (at > 0 && !(text[at - 1] is (byte)' ' or (byte)'"' or (byte)'\'' or (byte)'\n' or (byte)'\t')) return at;
        var end = at;
        while (end < text.Length && IsNameByte(text[end])) end++;
        var name = text[at..end].TrimStart((byte)'-');
        if (end - at - name.Length == 0 || end >= text.Length || text[end] is not ((byte)' ' or (byte)'\t') || !CredentialNames.IsCredential(name)) return end - 1 < at ? at : end - 1;
        var value = ValueSpan.Find(text, at, end, isColon: false);
        if (value.End <= value.Start || text[value.Start] == '-') return end;
        if (rules.HasFlag(TextRules.CommandLine) || SecretShapes.LooksLikeToken(text[value.Start..value.End])) Cut(layer, value.Start, value.End, isHeader: false, cuts);
        return end;
    }

    static void Cut(TextLayer layer, int start, int end, bool isHeader, CutList cuts)
    {
        if (end <= start) return;
        var value = layer.Text[start..end];
        var scheme = SchemeLength(value);
        start += scheme;
        value = value[scheme..];
        if (value.IsEmpty || !IsWorthCutting(value) || (scheme > 0 && !isHeader && !SecretShapes.LooksLikeToken(value))) return;   // "auth: bearer of news"
        cuts.Add(layer.Raw(start), layer.Raw(end), value);
    }

    /// <summary>Whether a value under a credential's name is one: no mark, no reference, no switch, no file's path.</summary>
    public static bool IsWorthCutting(ReadOnlySpan<byte> value)
    {
        value = value.Trim(" \t\r\n"u8);
        return value.Length > 0 && !Mark.Is(value) && !IsReference(value) && !IsSwitch(value) && !IsPath(value);
    }

    /// <summary><c>Bearer </c> and the like in front of the credential.</summary>
    static int SchemeLength(ReadOnlySpan<byte> value)
    {
        foreach (var scheme in (ReadOnlySpan<string>)["bearer ", "basic ", "token ", "apikey ", "digest ", "negotiate "])
            if (SecretShapes.Starts(value, scheme)) return scheme.Length;
        return 0;
    }

    /// <summary><c>$(NAME)</c>, <c>${NAME}</c>, <c>$NAME</c>, <c>{{ … }}</c>: the name of a value, not the value.</summary>
    public static bool IsReference(ReadOnlySpan<byte> value)
    {
        if (value.StartsWith("{{"u8) && value.EndsWith("}}"u8)) return true;
        if (value.Length < 2 || value[0] != '$') return false;
        var name = (value[1], value[^1]) is ((byte)'(', (byte)')') or ((byte)'{', (byte)'}') ? value[2..^1] : value[1..];
        var isBare = name.Length == value.Length - 1;
        foreach (var b in name)
            if (!(char.IsAsciiLetterUpper((char)b) || b == '_' || char.IsAsciiDigit((char)b) || (!isBare && (char.IsAsciiLetterLower((char)b) || b is (byte)'.' or (byte)'-')))) return false;
        return name.Length > 0 && !char.IsAsciiDigit((char)name[0]);
    }

    static bool IsSwitch(ReadOnlySpan<byte> value)
    {
        foreach (var word in (ReadOnlySpan<string>)["true", "false", "null", "none", "nil", "yes", "no", "~"])
            if (value.Length == word.Length && SecretShapes.Starts(value, word)) return true;
        return false;
    }

    static bool IsPath(ReadOnlySpan<byte> value)
    {
        foreach (var root in (ReadOnlySpan<string>)["/var/", "/etc/", "/run/", "/mnt/", "/tmp/", "/opt/", "/home/", "/secrets/", "/vault/", "/usr/", "/root/", "/app/", "file:/"])
            if (SecretShapes.Starts(value, root)) return value.IndexOfAny(" =+"u8) < 0;
        return false;
    }

    /// <summary>Whether only white space, a list's dash, a comment sign or <c>export</c> stands before on the line.</summary>
    public static bool IsLineStart(ReadOnlySpan<byte> text, int start)
    {
        var line = text[(text[..start].LastIndexOf((byte)'\n') + 1)..start].Trim(" \t\"'-#;/"u8);
        return line.IsEmpty || line.SequenceEqual("export"u8) || line.SequenceEqual("set"u8) || line.SequenceEqual("ENV"u8);
    }

    static bool IsNameByte(byte b) => char.IsAsciiLetterOrDigit((char)b) || b is (byte)'_' or (byte)'-' or (byte)'.';

    static int Skip(ReadOnlySpan<byte> text, int at, ReadOnlySpan<byte> skipped)
    {
        var n = text[at..].IndexOfAnyExcept(skipped);
        return n < 0 ? text.Length : at + n;
    }
}
