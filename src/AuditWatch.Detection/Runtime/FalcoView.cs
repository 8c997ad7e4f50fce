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
        if (from.ValueKind != JsonValueKind.Object || !from.TryGetProperty(name, out var found)) return isOwn ? JsonFieldValue.Absent : NotSaid;
        return found.ValueKind switch
        {
            JsonValueKind.String => Text(found, isOwn),
            JsonValueKind.Null when !isOwn => NotSaid,
            _ => JsonFieldValue.Of(found),
        };
    }

    public override bool AnyLeaf(LeafVisitor visit, out UnknownReason why)
    {
        why = UnknownReason.None;
        return JsonFieldValue.Any(Alert.Root, visit);
    }

    public override UnknownReason Withheld(ReadOnlySpan<byte> text) => Redactor.ContainsMark(text) ? UnknownReason.Redacted : UnknownReason.None;

    static FieldValue NotSaid => new() { Kind = FieldKind.Unknown, Why = UnknownReason.LevelTooLow, Symbol = -1 };

    static FieldValue Text(JsonElement found, bool isOwn)
    {
        var text = Encoding.UTF8.GetBytes(found.GetString()!);
        return !isOwn && text.AsSpan().SequenceEqual("<NA>"u8) ? NotSaid : new FieldValue { Kind = FieldKind.Text, Utf8 = text, Symbol = -1 };
    }
}
