using System.Text.Json;

namespace AuditWatch.Events.Model;

/// <summary>A derived field's value as it is kept for the life of an event.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Why">Unknown: why.</param>
/// <param name="Rest">A value of which the log shows only a part: what a path that is not in it answers.</param>
readonly record struct DerivedValue(AnswerKind Kind, UnknownReason Why = UnknownReason.None, UnknownReason Rest = UnknownReason.None)
{
    public static readonly DerivedValue Absent = new(AnswerKind.Absent);

    public ReadOnlyMemory<byte> Utf8 { get; private init; }

    public int Symbol { get; private init; } = -1;

    public JsonElement Element { get; private init; }

    public static DerivedValue Unknown(UnknownReason why) => new(AnswerKind.Unknown, why);

    public static DerivedValue OfText(ReadOnlyMemory<byte> utf8, int symbol) => new(AnswerKind.Text) { Utf8 = utf8, Symbol = symbol };

    public static DerivedValue OfNumber(ReadOnlyMemory<byte> utf8) => new(AnswerKind.Number) { Utf8 = utf8 };

    public static DerivedValue OfElement(JsonElement element, UnknownReason rest = UnknownReason.None) =>
        new(element.ValueKind == JsonValueKind.Array ? AnswerKind.Array : AnswerKind.Object, Rest: rest) { Element = element };

    public FieldAnswer ToAnswer() => new() { Kind = Kind, Why = Why, Utf8 = Utf8.Span, Symbol = Symbol, Element = Element };
}
