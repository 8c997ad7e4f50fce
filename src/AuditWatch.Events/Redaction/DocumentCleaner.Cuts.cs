using System.Text.Json;

namespace AuditWatch.Events.Redaction;

internal sealed partial class DocumentCleaner
{
    // Every scalar below: raw patches may put numbers and nested objects where only strings belong.
    void CutScalars(TextLayer layer, Tape tape, int at, bool isBase64)
    {
        var node = tape[at];
        switch (node.Type)
        {
            case JsonTokenType.StartObject:
                for (var key = at + 1; key < node.After; key = tape[key + 1].After)
                    if (!StringAt(layer, tape, key).Text.StartsWith("$"u8)) CutScalars(layer, tape, key + 1, isBase64);   // "$patch": "replace" is a directive
                break;
            case JsonTokenType.StartArray:
                for (var item = at + 1; item < node.After; item = tape[item].After) CutScalars(layer, tape, item, isBase64);
                break;
            case JsonTokenType.String:
                var text = StringAt(layer, tape, at);
                if (!text.Text.IsEmpty && !Mark.Is(text.Text)) Cut(text, isBase64);
                break;
            case JsonTokenType.Null: break;
            default:
                var (start, end) = (layer.Raw(node.Start), layer.Raw(node.Start + node.Length));
                cuts.Add(start, end, layer.Text.Slice(node.Start, node.Length), quotes: layer.Depth);
                break;
        }
    }

    void Cut(TextLayer text, bool isBase64)
    {
        // A Secret's data and stringData of the same secret get the same mark: it is made from the decoded bytes.
        var secret = isBase64 && TextCleaner.Decoded(text.Text) is { Length: > 0 } decoded ? decoded : text.Text;
        cuts.Add(text.Raw(0), text.Raw(text.Text.Length), secret);
    }

    bool CutString(TextLayer text)
    {
        if (Mark.Is(text.Text)) return true;
        if (!NamedValue.IsWorthCutting(text.Text)) return false;
        Cut(text, isBase64: false);
        return true;
    }

    // JSON Patch (RFC 6902): the path says what the value is.
    void PatchOperand(TextLayer layer, Tape tape, ReadOnlySpan<byte> path, int value, BodyScope scope)
    {
        var type = tape[value].Type;
        var segments = PatchPath.Decode(path);
        var last = segments.Count == 0 ? "" : segments[^1];
        var name = System.Text.Encoding.UTF8.GetBytes(last);
        if (scope == BodyScope.Secret && (segments.Exists(static s => s.Equals("data", StringComparison.OrdinalIgnoreCase)) || segments.Exists(static s => s.Equals("stringData", StringComparison.OrdinalIgnoreCase))))
        {
            CutScalars(layer, tape, value, isBase64: segments.Exists(static s => s.Equals("data", StringComparison.OrdinalIgnoreCase)));
            return;
        }
        if (scope == BodyScope.ConfigMap && segments.Count > 0 && segments[0] is "data" or "binaryData")
        {
            if (type == JsonTokenType.StartObject) { ConfigData(layer, tape, value, segments[0] == "binaryData"); return; }
            if (type == JsonTokenType.String) { ConfigValue(name, StringAt(layer, tape, value), segments[0] == "binaryData"); return; }
        }
        if (segments.Contains("annotations"))
        {
            if (type == JsonTokenType.StartObject) { Annotations(layer, tape, value, scope); return; }
            if (type == JsonTokenType.String) { Annotation(name, StringAt(layer, tape, value), scope); return; }
        }
        // The value of an environment variable whose name the patch does not say.
        if (type == JsonTokenType.String && segments.Contains("env") && last == "value") { CutString(StringAt(layer, tape, value)); return; }
        if (type == JsonTokenType.StartArray && last is "args" or "command") { ArgumentList(layer, tape, value); return; }
        if (type == JsonTokenType.String && CredentialNames.IsCredential(name) && CutMember(layer, tape, name, value)) return;
        Value(layer, tape, value, scope, segments.Contains("args") || segments.Contains("command") ? TextRules.CommandLine : TextRules.None);
    }
}
