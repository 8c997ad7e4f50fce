namespace AuditWatch.Events.Redaction;

/// <summary>Secret manifests written as YAML inside a text (a ConfigMap's file, a custom resource's template).</summary>
internal static class YamlManifest
{
    /// <summary>Cuts every value below <c>data:</c> and <c>stringData:</c> of documents that say <c>kind: Secret</c>.</summary>
    public static void Cut(TextLayer layer, CutList cuts)
    {
        var text = layer.Text;
        if (text.IndexOf("Secret"u8) < 0) return;
        var document = 0;
        while (document < text.Length)
        {
            var length = text[document..].IndexOf("\n---"u8);
            var end = length < 0 ? text.Length : document + length + 1;
            if (IsSecret(text[document..end])) CutDocument(layer, document, end, cuts);
            document = length < 0 ? end : end + 3;
        }
    }

    static bool IsSecret(ReadOnlySpan<byte> document)
    {
        foreach (var line in document.Split((byte)'\n'))
        {
            var text = document[line].Trim(" \t\r-"u8);
            if (text.StartsWith("kind:"u8) && text[5..].Trim(" \t\"'"u8).SequenceEqual("Secret"u8)) return true;
        }
        return false;
    }

    static void CutDocument(TextLayer layer, int start, int end, CutList cuts)
    {
        var text = layer.Text;
        var under = -1;                       // indent of the "data:" line we are below
        var base64 = false;
        for (var line = start; line < end;)
        {
            var length = text[line..end].IndexOf((byte)'\n');
            var lineEnd = length < 0 ? end : line + length;
            var content = text[line..lineEnd].IndexOfAnyExcept(" \t\r"u8);
            if (content >= 0)
            {
                var what = text[(line + content)..lineEnd].TrimEnd(" \t\r"u8);
                if (under >= 0 && content <= under && what[0] != '#') under = -1;
                if (under < 0 && (what.StartsWith("data:"u8) || what.StartsWith("stringData:"u8)))
                {
                    (under, base64) = (content, what[0] == 'd');
                    var colon = what.IndexOf((byte)':') + 1;
                    if (what.Length > colon) CutText(layer, line + content + colon, line + content + what.Length, base64: false, cuts);   // flow style on one line
                }
                else if (under >= 0)
                {
                    var colon = what.IndexOf((byte)':');
                    var isEntry = colon > 0 && colon + 1 < what.Length && what[colon + 1] == ' ';
                    if (isEntry) CutText(layer, line + content + colon + 1, line + content + what.Length, base64, cuts);
                    else if (colon != what.Length - 1) CutText(layer, line + content, line + content + what.Length, base64: false, cuts);   // a block scalar's line
                }
            }
            line = lineEnd + 1;
        }
    }

    static void CutText(TextLayer layer, int start, int end, bool base64, CutList cuts)
    {
        var text = layer.Text;
        while (start < end && text[start] is (byte)' ' or (byte)'\t' or (byte)'"' or (byte)'\'') start++;
        while (end > start && text[end - 1] is (byte)' ' or (byte)'\t' or (byte)'"' or (byte)'\'') end--;
        var value = text[start..end];
        if (value.IsEmpty || Mark.Is(value) || value.Trim("|>+-0123456789"u8).IsEmpty && value[0] is (byte)'|' or (byte)'>' || (value[0] == '{' && Mark.Is(value.Trim("{}"u8)))) return;
        cuts.Add(layer.Raw(start), layer.Raw(end), base64 && TextCleaner.Decoded(value) is { Length: > 0 } decoded ? decoded : value);
    }
}
