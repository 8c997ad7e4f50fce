using AuditWatch.Sigma.Evaluation;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Sigma.Compilation;

/// <summary>What field names mean: fields of the event, or parts of an array element.</summary>
internal abstract class FieldScope
{
    public abstract bool IsElement { get; }

    /// <summary>Null, with a problem, when there can be no such field.</summary>
    public abstract FieldSource? Bind(string field, Place place, ProblemList problems);

    public static FieldScope Element { get; } = new ElementScope();

    sealed class ElementScope : FieldScope
    {
        public override bool IsElement => true;

        public override FieldSource Bind(string field, Place place, ProblemList problems) => new ElementField(field, ElementPath.Parse(field));
    }
}

/// <summary>The event itself, with the fields its schema knows.</summary>
internal sealed class EventScope(IFieldSchema schema) : FieldScope
{
    readonly Dictionary<string, EventField> _bound = new(StringComparer.Ordinal);

    public override bool IsElement => false;

    public override FieldSource? Bind(string field, Place place, ProblemList problems)
    {
        if (_bound.TryGetValue(field, out var known)) return known;
        if (field == ".")
            problems.Error(Codes.UnknownField, place, "'.' means an array element, and there is none here.", "Use '.' inside 'field[any]:'.");
        else if (schema.TryBind(field, out var slot, out var problem))
            return _bound[field] = new(field, slot);
        else
            problems.Error(Codes.UnknownField, place, problem ?? $"No event has a field '{field}'.", "Correct the field name; the rule could never match as it stands.");
        return null;
    }
}
