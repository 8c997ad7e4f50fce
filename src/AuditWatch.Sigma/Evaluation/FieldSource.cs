using System.Text.Json;

namespace AuditWatch.Sigma.Evaluation;

/// <summary>Where a leaf's values come from.</summary>
internal abstract class FieldSource(string field)
{
    /// <summary>As written in the rule.</summary>
    public string Field { get; } = field;

    /// <summary>Asks the test about the field's value, or about its absence.</summary>
    public abstract Verdict Ask(EventView view, in JsonElement element, ValueTest test);

    public abstract void CollectFields(ICollection<string> into);

    /// <summary>The path it must be written under, "" when it may have any; null when it is not written in the text that is asked about.</summary>
    public abstract string? PathIn(Func<string, string?> pathOf);
}

/// <summary>A field of the event.</summary>
internal sealed class EventField(string field, int slot) : FieldSource(field)
{
    public int Slot => slot;

    public override Verdict Ask(EventView view, in JsonElement element, ValueTest test) => test.On(view.Get(slot), view);

    public override void CollectFields(ICollection<string> into)
    {
        if (!into.Contains(Field)) into.Add(Field);
    }

    public override string? PathIn(Func<string, string?> pathOf) => pathOf(Field);
}

/// <summary>A part of the array element at hand, or the element itself.</summary>
internal sealed class ElementField(string field, ElementPath path) : FieldSource(field)
{
    public override Verdict Ask(EventView view, in JsonElement element, ValueTest test)
    {
        if (path.IsSelf) return test.OnElement(element, view);
        var found = Verdict.False;
        return path.Visit(element, view, test, ref found) ? found : test.On(new FieldValue { Kind = FieldKind.Absent, Symbol = -1 }, view);
    }

    public override void CollectFields(ICollection<string> into)
    {
    }

    // Whoever holds the array answers for its being written there.
    public override string PathIn(Func<string, string?> pathOf) => path.IsSelf || Field.AsSpan().ContainsAny('[', '\\') ? "" : Field;
}
