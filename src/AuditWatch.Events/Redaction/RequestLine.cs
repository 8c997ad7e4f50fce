namespace AuditWatch.Events.Redaction;

/// <summary>Secrets in a request's URI: in parameters with a telling name, in the arguments of <c>exec</c>, in user info.</summary>
internal static class RequestLine
{
    public static void Clean(TextLayer uri, Arena arena, CutList cuts)
    {
        var text = uri.Text;
        var query = text.IndexOf((byte)'?');
        TextCleaner.Clean(uri.Slice(0, query < 0 ? text.Length : query).PercentDecode(arena, plus: false), TextRules.None, cuts);
        if (query < 0) return;
        ReadOnlySpan<byte> program = default, previous = default;
        for (var at = query + 1; at <= text.Length;)
        {
            var length = text[at..].IndexOfAny((byte)'&', (byte)'#');
            var end = length < 0 ? text.Length : at + length;
            var equals = text[at..end].IndexOf((byte)'=');
            var name = uri.Slice(at, equals < 0 ? end - at : equals).PercentDecode(arena, plus: true).Text;
            var from = equals < 0 ? at : at + equals + 1;
            var value = uri.Slice(from, end - from).PercentDecode(arena, plus: true);
            if (name.SequenceEqual("command"u8))
            {
                Arguments.Clean(value, ref program, ref previous, cuts);
            }
            else if (equals >= 0 && CredentialNames.IsCredential(name) && !IsCursor(name))
            {
                if (NamedValue.IsWorthCutting(value.Text)) cuts.Add(value.Raw(0), value.Raw(value.Text.Length), value.Text);
            }
            else TextCleaner.Clean(value, name.SequenceEqual("labelSelector"u8) || name.SequenceEqual("fieldSelector"u8) || IsCursor(name) ? TextRules.ShapesOnly : TextRules.None, cuts);
            at = end + 1;
        }
    }

    static bool IsCursor(ReadOnlySpan<byte> name) => name.SequenceEqual("continue"u8) || name.SequenceEqual("resourceVersion"u8);
}
