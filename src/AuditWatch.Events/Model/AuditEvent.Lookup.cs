using System.Runtime.InteropServices;
using System.Text.Json;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Model;

// Field lookups: present with a value, absent, or unknown with the reason.
public sealed partial class AuditEvent
{
    readonly Dictionary<int, JsonElement> _gathered = [];

    /// <summary>
    /// Answers a field lookup: present, absent, or unknown with reasons. A path that leads through an array of objects (<c>requestObject.spec.containers.image</c>)
    /// answers with one array of all values reached, arrays among them laid flat; when it reaches none, the field is absent.
    /// </summary>
    public FieldAnswer Get(FieldPath field)
    {
        if (field.Derived != DerivedField.None) return GetDerived(field);
        var root = field.Root;
        // What Google does not keep and we had to make up stands in the event, since an event has it; it is no answer.
        if (_isOfGke && (root == HotField.Level || (root == HotField.Stage && _isUnstaged))) return FieldAnswer.Unknown(UnknownReason.LevelTooLow);
        if (!_ranges.Has(root)) return WhyMissing(root, field.Steps.FirstRun);
        if (field.Steps.Count == 0) return Whole(root);
        if (root == HotField.Annotations && field.Steps.Count == 1 && TryAnnotation(field.Steps.FirstRun, out var text)) return text;
        if (Withheld(root) is var why and not UnknownReason.None) return FieldAnswer.Unknown(why);
        if (!TryOpen(root, out var value)) return FieldAnswer.Unknown(UnknownReason.Malformed);
        if (FieldWalk.TryFollow(value, field.Steps, _many, out var one)) return _many.Count > 0 ? Gathered(field) : Answer(one);
        return root == HotField.RequestObject ? NotInRequest(field) : WhyMissing(root, field.Steps.FirstRun);
    }

    FieldAnswer Whole(HotField root)
    {
        if (_ranges.IsString(root))
        {
            return Withheld(root) is var why and not UnknownReason.None
                ? FieldAnswer.Unknown(why)
                : new FieldAnswer { Kind = AnswerKind.Text, Utf8 = Plain(root), Symbol = Symbol(root) };
        }

        var raw = Plain(root);
        return raw[0] switch
        {
            (byte)'n' => new FieldAnswer { Kind = AnswerKind.Null, Symbol = -1 },
            (byte)'t' => new FieldAnswer { Kind = AnswerKind.True, Symbol = -1 },
            (byte)'f' => new FieldAnswer { Kind = AnswerKind.False, Symbol = -1 },
            (byte)'{' or (byte)'[' => TryOpen(root, out var value) ? Answer(value) : FieldAnswer.Unknown(UnknownReason.Malformed),
            _ => new FieldAnswer { Kind = AnswerKind.Number, Utf8 = raw, Symbol = -1 },
        };
    }

    FieldAnswer Answer(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => new FieldAnswer { Kind = AnswerKind.Text, Utf8 = TextOf(value), Symbol = -1 },
        JsonValueKind.Number => new FieldAnswer { Kind = AnswerKind.Number, Utf8 = JsonMarshal.GetRawUtf8Value(value), Symbol = -1 },
        JsonValueKind.True => new FieldAnswer { Kind = AnswerKind.True, Symbol = -1 },
        JsonValueKind.False => new FieldAnswer { Kind = AnswerKind.False, Symbol = -1 },
        JsonValueKind.Null => new FieldAnswer { Kind = AnswerKind.Null, Symbol = -1 },
        JsonValueKind.Array => new FieldAnswer { Kind = AnswerKind.Array, Element = value, Symbol = -1 },
        JsonValueKind.Object => new FieldAnswer { Kind = AnswerKind.Object, Element = value, Symbol = -1 },
        _ => FieldAnswer.Absent,
    };

    // Several values, as one array; made once per path and event.
    FieldAnswer Gathered(FieldPath field)
    {
        if (!_gathered.TryGetValue(field.Slot, out var array)) _gathered[field.Slot] = array = Gather(_many);
        return Answer(array);
    }
}
