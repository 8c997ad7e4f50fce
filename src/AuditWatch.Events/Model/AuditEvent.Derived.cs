using System.Text.Json;

namespace AuditWatch.Events.Model;

// The fields under aw., each computed at most once per event. docs/derived-fields.md defines them.
public sealed partial class AuditEvent
{
    readonly DerivedValue[] _derived = new DerivedValue[(int)DerivedField.Count];
    readonly (string? Word, DerivedValue Value)[] _words = new (string?, DerivedValue)[127];
    UInt128 _derivedKnown;

    FieldAnswer GetDerived(FieldPath field)
    {
        var value = DerivedOf(field.Derived);
        if (field.Steps.Count == 0 || value.Kind is AnswerKind.Absent or AnswerKind.Unknown) return value.ToAnswer();
        if (FieldWalk.TryFollow(value.Element, field.Steps, _many, out var one)) return _many.Count > 0 ? Gathered(field) : Answer(one);
        return value.Rest == UnknownReason.None ? FieldAnswer.Absent : FieldAnswer.Unknown(value.Rest);
    }

    DerivedValue DerivedOf(DerivedField field)
    {
        var bit = UInt128.One << (int)field;
        if ((_derivedKnown & bit) != UInt128.Zero) return _derived[(int)field];
        _derivedKnown |= bit;
        return _derived[(int)field] = Derive(field);
    }

    DerivedValue Of(string? text)
    {
        if (text is null) return DerivedValue.Absent;
        var memory = _scratch.Rent(System.Text.Encoding.UTF8.GetMaxByteCount(text.Length));
        var written = System.Text.Encoding.UTF8.GetBytes(text, memory.Span);
        return Of(memory[..written]);
    }

    static DerivedValue Of(ReadOnlyMemory<byte> text) => DerivedValue.OfText(text, -1);

    // A text of which there are few in a cluster: with a symbol.
    DerivedValue OfShared(string text)
    {
        var value = Of(text);
        return DerivedValue.OfText(value.Utf8, Symbols.FindOrAdd(value.Utf8.Span, clientChosen: true)?.Symbol ?? -1);
    }

    // A word of our own, or a shared string, that comes back with event after event: made and looked up once.
    DerivedValue OfWord(string word)
    {
        if (word.Length == 0) return OfShared(word);
        ref var known = ref _words[((word.Length * 31) + word[0] + (word[^1] * 7)) % _words.Length];
        if (!ReferenceEquals(known.Word, word))
        {
            var utf8 = System.Text.Encoding.UTF8.GetBytes(word);
            known = (word, DerivedValue.OfText(utf8, Symbols.FindOrAdd(utf8, clientChosen: true)?.Symbol ?? -1));
        }

        return known.Value;
    }

    static DerivedValue Of(bool value) => new(value ? AnswerKind.True : AnswerKind.False);

    DerivedValue Of(IReadOnlyList<string> texts)
    {
        if (texts.Count == 0) return DerivedValue.Absent;
        return DerivedValue.OfElement(MakeUp(JsonSerializer.SerializeToUtf8Bytes(texts)));
    }

    void ForgetDerived()
    {
        _derivedKnown = UInt128.Zero;
        if (_gathered.Count > 0) _gathered.Clear();
        ForgetPatch();
        ForgetCertificateRequest();
    }
}
