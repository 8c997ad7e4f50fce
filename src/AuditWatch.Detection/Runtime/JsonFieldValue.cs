using System.Text;
using System.Text.Json;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.Runtime;

/// <summary>JSON of records that are no audit events, as Sigma rules see it.</summary>
static class JsonFieldValue
{
    public static FieldValue Absent => new() { Kind = FieldKind.Absent, Symbol = -1 };

    public static FieldValue Of(JsonElement found) => found.ValueKind switch
    {
        JsonValueKind.String => new FieldValue { Kind = FieldKind.Text, Utf8 = Encoding.UTF8.GetBytes(found.GetString()!), Symbol = -1 },
        JsonValueKind.Number => new FieldValue { Kind = FieldKind.Number, Utf8 = Encoding.UTF8.GetBytes(found.GetRawText()), Symbol = -1 },
        JsonValueKind.True => new FieldValue { Kind = FieldKind.True, Symbol = -1 },
        JsonValueKind.False => new FieldValue { Kind = FieldKind.False, Symbol = -1 },
        JsonValueKind.Null => new FieldValue { Kind = FieldKind.Null, Symbol = -1 },
        JsonValueKind.Array => new FieldValue { Kind = FieldKind.Array, Element = found, Symbol = -1 },
        _ => new FieldValue { Kind = FieldKind.Object, Element = found, Symbol = -1 },
    };

    public static bool Any(JsonElement element, LeafVisitor visit) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Any(p => Any(p.Value, visit)),
        JsonValueKind.Array => element.EnumerateArray().Any(e => Any(e, visit)),
        JsonValueKind.String => visit(Encoding.UTF8.GetBytes(element.GetString()!)),
        JsonValueKind.Null or JsonValueKind.Undefined => false,
        _ => visit(Encoding.UTF8.GetBytes(element.GetRawText())),
    };
}
