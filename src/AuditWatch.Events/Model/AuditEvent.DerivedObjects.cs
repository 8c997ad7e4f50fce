using System.Text.Json;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Model;

// Derived fields from the objects that requests write: roles, bindings, certificate requests.
public sealed partial class AuditEvent
{
    bool IsResource(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) =>
        Plain(HotField.ObjectResource) is { Length: > 0 } resource && (resource.SequenceEqual(one) || resource.SequenceEqual(other));

    DerivedValue OfWritten(ReadOnlySpan<byte> resource, ReadOnlySpan<byte> orResource, ReadOnlySpan<byte> key, ReadOnlySpan<byte> below, bool anySubresource = false)
    {
        if (!IsResource(resource, orResource) || (!anySubresource && _ranges.Has(HotField.ObjectSubresource))) return Missing(HotField.ObjectResource);
        if (!TryOpenWritten(out var written, out var rest, out var otherwise)) return otherwise;
        if (FieldWalk.TryGet(written, key, out var value) && (below.IsEmpty || FieldWalk.TryGet(value, below, out value))) return OfJson(value, rest);
        return rest == UnknownReason.None ? DerivedValue.Absent : DerivedValue.Unknown(rest);
    }

    DerivedValue OfJson(JsonElement value, UnknownReason rest) => value.ValueKind switch
    {
        JsonValueKind.String => Of(Copy(TextOf(value))),
        JsonValueKind.True => Of(true),
        JsonValueKind.False => Of(false),
        JsonValueKind.Number => DerivedValue.OfNumber(Copy(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(value))),
        JsonValueKind.Array or JsonValueKind.Object => DerivedValue.OfElement(value, rest),
        _ => DerivedValue.Absent,
    };

    DerivedValue OfRoleAggregated()
    {
        var rule = OfWritten("clusterroles"u8, default, "aggregationRule"u8, default);
        return rule.Kind switch
        {
            AnswerKind.Unknown => rule,
            AnswerKind.Absent when !IsResource("clusterroles"u8, default) || !(IsVerb("create"u8) || IsVerb("update"u8) || IsVerb("patch"u8)) => rule,
            _ => Of(rule.Kind == AnswerKind.Object),
        };
    }
}
