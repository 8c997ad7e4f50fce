using System.Text.Json;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Model;

// Bodies of patches say only what changes.
public sealed partial class AuditEvent
{
    JsonElement _piece;
    bool _pieceKnown, _hasPiece;

    bool IsVerb(ReadOnlySpan<byte> verb) => Plain(HotField.Verb).SequenceEqual(verb);

    // Only a server-side apply can create, and then it says everything there is.
    bool IsPartial => IsVerb("patch"u8) && ResponseCode != 201;

    // A path that a recorded requestObject does not have. A patch that does not mention it leaves it as it is, and how it is only the whole object in the
    // answer can say: it is not there either, or it is there, but not by this request's doing.
    FieldAnswer NotInRequest(FieldPath field)
    {
        if (Beyond(HotField.RequestObject) is var cut and not UnknownReason.None) return FieldAnswer.Unknown(cut);
        if (!IsPartial) return FieldAnswer.Absent;
        if (TryOpenPiece(out var piece) && FieldWalk.TryFollow(piece, field.Steps, _many, out var one)) return _many.Count > 0 ? Gathered(field) : Answer(one);
        return TryOpenAnswer(out var whole) && !FieldWalk.TryFollow(whole, field.Steps, _many, out _) ? FieldAnswer.Absent : FieldAnswer.Unknown(UnknownReason.PatchFragment);
    }

    // What a JSON patch writes, as a piece of the object.
    bool TryOpenPiece(out JsonElement piece)
    {
        if (!_pieceKnown)
        {
            _pieceKnown = true;
            _hasPiece = false;
            if (TryOpen(HotField.RequestObject, out var body) && body.ValueKind == JsonValueKind.Array && JsonPatchTree.Build(body) is { } json)
            {
                _piece = MakeUp(json);
                _hasPiece = true;
            }
        }

        piece = _piece;
        return _hasPiece;
    }

    // The object as it is after the request, where the answer holds it.
    bool TryOpenAnswer(out JsonElement whole)
    {
        whole = default;
        return !_ranges.IsString(HotField.ResponseObject) && TryOpen(HotField.ResponseObject, out whole) && whole.ValueKind == JsonValueKind.Object && !IsStatus(whole);
    }

    // The object that a create, update or patch writes. Rest: what a path that it does not have answers. Not written at all: why.
    bool TryOpenWritten(out JsonElement written, out UnknownReason rest, out DerivedValue otherwise)
    {
        (written, rest, otherwise) = (default, UnknownReason.None, DerivedValue.Absent);
        if (!IsVerb("patch"u8) && !IsVerb("create"u8) && !IsVerb("update"u8)) return false;
        if (!IsVerb("create"u8) && TryOpenAnswer(out written))
        {
            rest = Beyond(HotField.ResponseObject);
            return true;
        }

        rest = Beyond(HotField.RequestObject);
        if (!_ranges.Has(HotField.RequestObject))
        {
            if (TryOpenAnswer(out written)) return true;
            otherwise = Missing(HotField.RequestObject);
            return false;
        }

        if (Withheld(HotField.RequestObject) is var why and not UnknownReason.None) otherwise = DerivedValue.Unknown(why);
        else if (!TryOpen(HotField.RequestObject, out written)) otherwise = DerivedValue.Unknown(UnknownReason.Malformed);
        else if (!IsPartial) return written.ValueKind == JsonValueKind.Object;
        else
        {
            rest |= UnknownReason.PatchFragment;
            if (written.ValueKind == JsonValueKind.Object || TryOpenPiece(out written)) return true;
            otherwise = DerivedValue.Unknown(UnknownReason.PatchFragment);
        }

        return false;
    }

    DerivedValue Missing(HotField root, ReadOnlySpan<byte> key = default)
    {
        var answer = WhyMissing(root, key);
        return answer.Kind == AnswerKind.Unknown ? DerivedValue.Unknown(answer.Why) : DerivedValue.Absent;
    }

    void ForgetPatch() => _pieceKnown = false;
}
