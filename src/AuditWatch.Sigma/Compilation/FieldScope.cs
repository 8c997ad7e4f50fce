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
        var plain = Unquote(field);
        if (field == "." || plain.Length == 0)
            problems.Error(Codes.UnknownField, place, "'.' means an array element, and there is none here.", "Use '.' inside 'field[any]:'.");
        else if (schema.TryBind(plain, out var slot, out var problem))
            return _bound[field] = new(plain, slot);
        else
            problems.Error(Codes.UnknownField, place, problem ?? $"No event has a field '{plain}'.", "Correct the field name; the rule could never match as it stands.");
        return null;
    }

    // The schema resolves keys that hold dots by itself, so the quoting brackets go.
    static string Unquote(string field)
    {
        if (!field.Contains('[') && !field.Contains('\\')) return field;
        var text = new System.Text.StringBuilder();
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] == '\\' && i + 1 < field.Length && field[i + 1] is '[' or ']') text.Append(field[++i]);
            else if (field[i] == '[' && (i == 0 || field[i - 1] == '.') && field.IndexOf(']', i) is var close and > 0) { text.Append(field, i + 1, close - i - 1); i = close; }
            else text.Append(field[i]);
        }
        return text.ToString();
    }
}
