using System.Text;
using System.Text.Json;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Sigma.Tests;

/// <summary>An event made of JSON: what the log left out is told apart, and <c>[redacted…]</c> is a mark.</summary>
internal sealed class JsonEvent(AnyField schema, string json, IReadOnlyDictionary<string, UnknownReason>? unknown = null, bool intern = true) : EventView
{
    readonly JsonElement _root = JsonDocument.Parse(json).RootElement;

    public override FieldValue Get(int slot)
    {
        var field = schema.Fields[slot];
        if (unknown is not null && unknown.TryGetValue(field, out var why)) return new FieldValue { Kind = FieldKind.Unknown, Why = why, Symbol = -1 };
        if (!TryFind(_root, field, out var found)) return new FieldValue { Kind = FieldKind.Absent, Symbol = -1 };
        return found.ValueKind switch
        {
            JsonValueKind.String => Text(found.GetString()!),
            JsonValueKind.Number => new FieldValue { Kind = FieldKind.Number, Utf8 = Encoding.UTF8.GetBytes(found.GetRawText()), Symbol = -1 },
            JsonValueKind.True => new FieldValue { Kind = FieldKind.True, Symbol = -1 },
            JsonValueKind.False => new FieldValue { Kind = FieldKind.False, Symbol = -1 },
            JsonValueKind.Null => new FieldValue { Kind = FieldKind.Null, Symbol = -1 },
            JsonValueKind.Array => new FieldValue { Kind = FieldKind.Array, Element = found, Symbol = -1 },
            _ => new FieldValue { Kind = FieldKind.Object, Element = found, Symbol = -1 },
        };
    }

    FieldValue Text(string text) => new() { Kind = FieldKind.Text, Utf8 = Encoding.UTF8.GetBytes(text), Symbol = intern ? schema.Symbol(text) : -1 };

    /// <summary>Only every other event says symbols without values, so that both ways are walked.</summary>
    public override int SymbolOf(int slot) => intern && json.Length % 2 == 0 && Get(slot) is { Kind: FieldKind.Text } value ? value.Symbol : -1;

    public override bool AnyLeaf(LeafVisitor visit, out UnknownReason why)
    {
        why = unknown?.Values.Aggregate(UnknownReason.None, (a, b) => a | b) ?? UnknownReason.None;
        return Any(_root, visit);
    }

    static bool Any(JsonElement element, LeafVisitor visit) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Any(p => Any(p.Value, visit)),
        JsonValueKind.Array => element.EnumerateArray().Any(e => Any(e, visit)),
        JsonValueKind.String => visit(Encoding.UTF8.GetBytes(element.GetString()!)),
        JsonValueKind.Null => false,
        _ => visit(Encoding.UTF8.GetBytes(element.GetRawText())),
    };

    public override UnknownReason Withheld(ReadOnlySpan<byte> text)
    {
        var at = text.IndexOf("[redacted"u8);
        return at >= 0 && text[at..].Contains((byte)']') ? UnknownReason.Redacted : UnknownReason.None;
    }

    static bool TryFind(JsonElement at, string path, out JsonElement found)
    {
        found = at;
        if (path.Length == 0) return true;
        if (at.ValueKind != JsonValueKind.Object) return false;
        if (path[0] == '[' && path.IndexOf(']', StringComparison.Ordinal) is var close and > 0)
            return at.TryGetProperty(path[1..close], out var quoted) && TryFind(quoted, path[(close + 1)..].TrimStart('.'), out found);
        for (var end = path.Length; end > 0; end = path.LastIndexOf('.', end - 1))
            if (at.TryGetProperty(path[..end], out var value) && TryFind(value, end == path.Length ? "" : path[(end + 1)..], out found)) return true;
        return false;
    }
}
