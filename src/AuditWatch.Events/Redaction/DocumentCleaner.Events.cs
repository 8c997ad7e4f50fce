using System.Text.Json;

namespace AuditWatch.Events.Redaction;

internal sealed partial class DocumentCleaner
{
    /// <summary>An audit event: the one at hand, or one inside something (a forwarder's envelope, a list, a log kept in a ConfigMap).</summary>
    public void Event(TextLayer layer, Tape tape, int at)
    {
        var scope = ScopeOfReference(layer, tape, at);
        for (var key = at + 1; key < tape[at].After; key = tape[key + 1].After)
        {
            var name = StringAt(layer, tape, key).Text;
            var value = key + 1;
            var isText = tape[value].Type == JsonTokenType.String;
            if (name.SequenceEqual("requestObject"u8) || name.SequenceEqual("responseObject"u8)) Body(layer, tape, value, scope);
            else if (isText && name.SequenceEqual("requestURI"u8)) RequestLine.Clean(StringAt(layer, tape, value), arena, cuts);
            else if (isText && name.SequenceEqual("userAgent"u8)) TextCleaner.Clean(StringAt(layer, tape, value), TextRules.Config | TextRules.CommandLine, cuts);
            else if (name.SequenceEqual("annotations"u8) && tape[value].Type == JsonTokenType.StartObject) Annotations(layer, tape, value, scope);
            else Value(layer, tape, value, BodyScope.Other, TextRules.None);
        }
    }

    /// <summary>Whether an object is an audit event: it says which object a request was for, or which URI was asked for.</summary>
    public bool IsEvent(TextLayer layer, Tape tape, int at)
    {
        if (tape[at].Type != JsonTokenType.StartObject) return false;
        for (var key = at + 1; key < tape[at].After; key = tape[key + 1].After)
            if (IsEventMember(StringAt(layer, tape, key).Text)) return true;
        return false;
    }

    static bool IsEventMember(ReadOnlySpan<byte> name) => name.SequenceEqual("objectRef"u8) || name.SequenceEqual("requestURI"u8);

    // Every objectRef counts, should somebody have written two.
    BodyScope ScopeOfReference(TextLayer layer, Tape tape, int at)
    {
        var scope = BodyScope.Other;
        for (var key = at + 1; key < tape[at].After; key = tape[key + 1].After)
        {
            if (tape[key + 1].Type != JsonTokenType.StartObject || !StringAt(layer, tape, key).Text.SequenceEqual("objectRef"u8)) continue;
            for (var member = key + 2; member < tape[key + 1].After; member = tape[member + 1].After)
            {
                if (tape[member + 1].Type != JsonTokenType.String || !StringAt(layer, tape, member).Text.SequenceEqual("resource"u8)) continue;
                var resource = StringAt(layer, tape, member + 1).Text;
                if (resource.SequenceEqual("secrets"u8)) scope = BodyScope.Secret;
                else if (configMaps && scope == BodyScope.Other && resource.SequenceEqual("configmaps"u8)) scope = BodyScope.ConfigMap;
            }
        }
        return scope;
    }
}
