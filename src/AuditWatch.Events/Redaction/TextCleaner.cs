using System.Buffers.Text;

namespace AuditWatch.Events.Redaction;

/// <summary>Finds secrets in one text: those whose shape tells, those behind a telling name, Secret manifests written as YAML.</summary>
internal static class TextCleaner
{
    public static void Clean(TextLayer layer, TextRules rules, CutList cuts)
    {
        var text = layer.Text;
        if (text.Length < 6) return;
        // Command lines and configuration have more ways to say a secret than those that wake a trigger.
        if ((rules & (TextRules.CommandLine | TextRules.Config | TextRules.Suspicious)) != 0) CutBootstrapTokens(layer, cuts);
        if (rules.HasFlag(TextRules.CommandLine) && CommandLine.HasShortOption(text)) CommandLine.CutShortOptions(layer, cuts);
        if (rules.HasFlag(TextRules.Suspicious) && UserInfo.FindUnfinished(text, out var start)) cuts.Add(layer.Raw(start), layer.Raw(text.Length), text[start..]);
        else if (!SecretTriggers.Found(text)) return;
        CutShapes(layer, cuts);
        CutPrivateKeys(layer, cuts);
        CutBase64(layer, "ZXlK"u8, cuts);
        CutBase64(layer, "LS0tLS1CRUdJTi"u8, cuts);
        if (rules.HasFlag(TextRules.ShapesOnly)) return;
        if (!rules.HasFlag(TextRules.CommandLine) && CommandLine.HasShortOption(text)) CommandLine.CutShortOptions(layer, cuts);
        NamedValue.CutAll(layer, rules, cuts);
        YamlManifest.Cut(layer, cuts);
    }

    /// <summary>Whether it is worth to undo the escapes of a configuration's text and look closer.</summary>
    public static bool MayHoldSecret(ReadOnlySpan<byte> escaped) => SecretTriggers.Found(escaped) || CommandLine.HasShortOption(escaped) || NextBootstrapToken(escaped, 0) >= 0;

    static void CutShapes(TextLayer layer, CutList cuts)
    {
        var text = layer.Text;
        for (var i = 0; i < text.Length; i++)
        {
            var length = 0;
            switch (text[i])
            {
                case (byte)'e':
                    length = SecretShapes.JwtLength(text[i..]);
                    break;
                case (byte)'@' when UserInfo.Find(text, i, out var start, out var end):
                    if (!Mark.Is(text[start..end])) cuts.Add(layer.Raw(start), layer.Raw(end), text[start..end]);
                    continue;
                case (byte)'A':
                    length = Math.Max(SecretShapes.AwsKeyLength(text, i), SecretShapes.VendorKeyLength(text, i));
                    break;
                case (byte)'g' or (byte)'n' or (byte)'d' or (byte)'s' or (byte)'r' or (byte)'x' or (byte)'y' or (byte)'h' or (byte)'S':
                    length = SecretShapes.VendorKeyLength(text, i);
                    break;
                case (byte)'b' or (byte)'B':
                    i += CutScheme(layer, i, cuts);
                    continue;
            }
            if (length == 0) continue;
            cuts.Add(layer.Raw(i), layer.Raw(i + length), text.Slice(i, length));
            i += length - 1;
        }
    }

    // "Bearer …" and "Basic …"; between word and credential may be a space, a plus sign or %20.
    static int CutScheme(TextLayer layer, int at, CutList cuts)
    {
        var text = layer.Text;
        var isBearer = SecretShapes.Starts(text[at..], "bearer");
        if (!isBearer && !SecretShapes.Starts(text[at..], "basic")) return 0;
        var from = at + (isBearer ? 6 : 5);
        var gap = from;
        while (gap < text.Length && text[gap] is (byte)' ' or (byte)'\t' or (byte)'+' or (byte)':' or (byte)'=' or (byte)'"' or (byte)'\\') gap++;
        while (text[gap..].StartsWith("%20"u8) || text[gap..].StartsWith("%3A"u8)) gap += 3;
        if (gap == from) return 0;
        var length = isBearer ? SecretShapes.TokenLength(text[gap..]) : SecretShapes.Base64Length(text[gap..]);
        var token = text.Slice(gap, length);
        if (!(isBearer ? SecretShapes.LooksLikeToken(token) : SecretShapes.IsBasicCredential(token))) return 0;
        cuts.Add(layer.Raw(gap), layer.Raw(gap + length), token);
        return gap + length - at - 1;
    }

    static void CutPrivateKeys(TextLayer layer, CutList cuts)
    {
        var text = layer.Text;
        for (var at = 0; ;)
        {
            var begin = text[at..].IndexOf("-----BEGIN "u8);
            if (begin < 0) return;
            at += begin + 11;
            var head = text[at..].IndexOf("-----"u8);
            if (head < 0 || head > 64 || text.Slice(at, head).IndexOf("PRIVATE KEY"u8) < 0) continue;
            var start = at + head + 5;
            var length = text[start..].IndexOf("-----END"u8);
            var end = length < 0 ? text.Length : start + length;
            var key = text[start..end].Trim(" \t\r\n\\"u8);
            if (!key.IsEmpty && !Mark.Is(key)) cuts.Add(layer.Raw(start), layer.Raw(end), key);
            at = end;
        }
    }

    static void CutBase64(TextLayer layer, ReadOnlySpan<byte> begins, CutList cuts)
    {
        var text = layer.Text;
        for (var at = 0; ; at++)
        {
            var next = text[at..].IndexOf(begins);
            if (next < 0) return;
            at += next;
            if (SecretShapes.IsInsideWord(text, at)) continue;
            var length = SecretShapes.Base64Length(text[at..]);
            var run = text.Slice(at, length);
            var decoded = Decoded(run);
            if (decoded is not null && (SecretShapes.JwtLength(decoded) > 0 || decoded.AsSpan().IndexOf("PRIVATE KEY"u8) >= 0)) cuts.Add(layer.Raw(at), layer.Raw(at + length), decoded);
            at += length - 1;
        }
    }

    /// <summary>What base64 text stands for (a cut-off end is left out), or null when it is none.</summary>
    public static byte[]? Decoded(ReadOnlySpan<byte> base64)
    {
        base64 = base64.TrimEnd((byte)'=');
        if (base64.Length % 4 == 1) base64 = base64[..^1];
        var padded = new byte[(base64.Length + 3) & ~3];
        padded.AsSpan().Fill((byte)'=');
        base64.CopyTo(padded);
        var decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(padded.Length)];
        return Base64.DecodeFromUtf8(padded, decoded, out _, out var n) == System.Buffers.OperationStatus.Done ? decoded[..n] : null;
    }

    // [a-z0-9]{6}.[a-z0-9]{16}. Names of Event objects look alike, so this is asked of command lines and configuration only.
    static void CutBootstrapTokens(TextLayer layer, CutList cuts)
    {
        var text = layer.Text;
        for (var at = NextBootstrapToken(text, 0); at >= 0; at = NextBootstrapToken(text, at + 23))
        {
            if (at > 0 && (char.IsAsciiLetterOrDigit((char)text[at - 1]) || text[at - 1] is (byte)'-' or (byte)'.' or (byte)'_')) continue;
            if (at + 23 < text.Length && (char.IsAsciiLetterOrDigit((char)text[at + 23]) || text[at + 23] is (byte)'-' or (byte)'.')) continue;
            cuts.Add(layer.Raw(at), layer.Raw(at + 23), text.Slice(at, 23));
        }
    }

    static int NextBootstrapToken(ReadOnlySpan<byte> text, int from)
    {
        for (var dot = from + 6; dot + 17 <= text.Length; dot++)
        {
            var next = text[dot..].IndexOf((byte)'.');
            if (next < 0) return -1;
            dot += next;
            if (dot + 17 <= text.Length && AllLowerOrDigit(text.Slice(dot - 6, 6)) && AllLowerOrDigit(text.Slice(dot + 1, 16)) && text.Slice(dot + 1, 16).ContainsAnyInRange((byte)'0', (byte)'9')) return dot - 6;
        }
        return -1;
    }

    static bool AllLowerOrDigit(ReadOnlySpan<byte> text)
    {
        foreach (var b in text)
            if (!char.IsAsciiLetterLower((char)b) && !char.IsAsciiDigit((char)b)) return false;
        return true;
    }
}
