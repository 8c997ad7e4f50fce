using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Testing;

/// <summary>A question as the rule writes it, shortened.</summary>
static class LeafText
{
    public static string Of(Criterion leaf)
    {
        var (field, modifiers, values) = leaf switch
        {
            FieldTest test => (test.Field, test.Modifiers, test.Values),
            KeywordTest words => ("keywords", words.Modifiers, words.Values),
            _ => ("", [], (IReadOnlyList<SigmaScalar>)[]),
        };
        return $"{field}{string.Concat(modifiers.Select(m => "|" + m))}: {string.Join(", ", values.Take(4).Select(v => v.Kind == SigmaScalarKind.Null ? "null" : v.Text))}{(values.Count > 4 ? ", …" : "")}";
    }
}
