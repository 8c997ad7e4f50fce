using System.Text;
using System.Text.Json;
using AuditWatch.Events.Falco;
using AuditWatch.Events.Redaction;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.Runtime;

/// <summary>
/// A Falco alert as Sigma rules see it. Falco writes only the fields that its rule's output names, and <c>null</c> or <c>&lt;NA&gt;</c> for what it could not find
/// out: what is not there is unknown, not absent.
/// </summary>
sealed class FalcoView : EventView
{
    FalcoAlert? _alert;

    public FalcoAlert Alert
    {
        get => _alert ?? throw new InvalidOperationException("The view has not been pointed at an alert.");
        set => _alert = value;
    }

    public override FieldValue Get(int slot)
    {
        var name = FalcoFieldSchema.Instance.NameOf(slot);
        var isOwn = !name.Contains('.', StringComparison.Ordinal);
        var from = isOwn ? Alert.Root : Alert.Fields;
        if (from.ValueKind != JsonValueKind.Object || !from.TryGetProperty(name, out var found)) return isOwn ? new FieldValue { Kind = FieldKind.Absent, Symbol = -1 } : NotSaid;
        return found.ValueKind switch
        {
            JsonValueKind.String => Text(found, isOwn),
            JsonValueKind.Number => new FieldValue { Kind = FieldKind.Number, Utf8 = Encoding.UTF8.GetBytes(found.GetRawText()), Symbol = -1 },
            JsonValueKind.True => new FieldValue { Kind = FieldKind.True, Symbol = -1 },
            JsonValueKind.False => new FieldValue { Kind = FieldKind.False, Symbol = -1 },
            JsonValueKind.Null => isOwn ? new FieldValue { Kind = FieldKind.Null, Symbol = -1 } : NotSaid,
            JsonValueKind.Array => new FieldValue { Kind = FieldKind.Array, Element = found, Symbol = -1 },
            _ => new FieldValue { Kind = FieldKind.Object, Element = found, Symbol = -1 },
        };
    }

    public override bool AnyLeaf(LeafVisitor visit, out UnknownReason why)
    {
        why = UnknownReason.None;
        return Any(Alert.Root, visit);
    }

    public override UnknownReason Withheld(ReadOnlySpan<byte> text) => Redactor.ContainsMark(text) ? UnknownReason.Redacted : UnknownReason.None;

    static FieldValue NotSaid => new() { Kind = FieldKind.Unknown, Why = UnknownReason.LevelTooLow, Symbol = -1 };

    static FieldValue Text(JsonElement found, bool isOwn)
    {
        var text = Encoding.UTF8.GetBytes(found.GetString()!);
        return !isOwn && text.AsSpan().SequenceEqual("<NA>"u8) ? NotSaid : new FieldValue { Kind = FieldKind.Text, Utf8 = text, Symbol = -1 };
    }

    static bool Any(JsonElement element, LeafVisitor visit) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Any(p => Any(p.Value, visit)),
        JsonValueKind.Array => element.EnumerateArray().Any(e => Any(e, visit)),
        JsonValueKind.String => visit(Encoding.UTF8.GetBytes(element.GetString()!)),
        JsonValueKind.Null or JsonValueKind.Undefined => false,
        _ => visit(Encoding.UTF8.GetBytes(element.GetRawText())),
    };
}
