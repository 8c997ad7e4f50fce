using AuditWatch.Detection.Rules;
using AuditWatch.Sigma.Evaluation;
using AuditWatch.Sigma.Parsing;
using CompiledRule = AuditWatch.Sigma.Compilation.CompiledRule;

namespace AuditWatch.Detection.Conversion;

/// <summary>A rule as a query, for hunting; or why it cannot be said. Never half: a query finds exactly the events on which the rule, without filters, is true.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Query">The query; null when refused.</param>
/// <param name="Refusal">Why it cannot be said; null when it can.</param>
/// <param name="Line">The line of the rule that cannot be said; 0 when all can.</param>
public sealed record HuntingQuery(RuleIdentity Rule, string? Query, string? Refusal, int Line)
{
    /// <summary>Converts one rule; <see cref="KeyNotFoundException"/> when there is none of that id or name.</summary>
    public static HuntingQuery Of(RuleSnapshot rules, string rule, HuntingLanguage language)
    {
        ArgumentNullException.ThrowIfNull(rules);
        var found = rules.For(new()).Rules.FirstOrDefault(r => r.Identity.Id.Equals(rule, StringComparison.OrdinalIgnoreCase) || r.Identity.Name.Equals(rule, StringComparison.OrdinalIgnoreCase));
        if (found is null)
            throw new KeyNotFoundException(rules.Correlations.All.Any(c => c.Identity.Id.Equals(rule, StringComparison.OrdinalIgnoreCase) || c.Identity.Name.Equals(rule, StringComparison.OrdinalIgnoreCase))
                ? $"'{rule}' is a correlation: a query finds events one by one. Convert the rules that it is made of." : $"There is no rule '{rule}'. Give its id or its name.");
        return Of(found, rules.Lists, language);
    }

    internal static HuntingQuery Of(EventRule rule, IListSource lists, HuntingLanguage language)
    {
        var detection = ((SigmaRule)rule.Compiled.Source).Detection;
        try
        {
            var query = language == HuntingLanguage.Lucene
                ? new LuceneQuery(lists, rule.Compiled).Write(detection)
                : new TabularQuery(lists, rule.Compiled, language).Write(detection);
            return new(rule.Identity, query, null, 0);
        }
        catch (HuntingRefusedException e)
        {
            return new(rule.Identity, null, e.Message, e.Line);
        }
    }

    /// <summary>The values that a test asks for, lists written out.</summary>
    internal static IReadOnlyList<string> Values(FieldTest test, IListSource lists)
    {
        if (!test.Modifiers.Contains("expand")) return [.. test.Values.Select(v => v.Text)];
        return [.. test.Values.SelectMany(v => v.Text is ['%', .., '%'] && lists.Find(v.Text[1..^1]) is { } entries ? entries
            : throw new HuntingRefusedException("A placeholder stands inside a longer text.", v.Place.Line))];
    }

    internal static HuntingField Field(FieldTest test, CompiledRule rule, HuntingLanguage language)
    {
        var (field, isSql) = (HuntingField.Of(test.Field), language == HuntingLanguage.Sql);
        if (field is null || (language switch { HuntingLanguage.Sql => field.Sql, HuntingLanguage.Esql => field.Esql ?? field.Elastic, _ => field.LuceneFlag ?? field.Lucene ?? field.Elastic }) is null)
            throw new HuntingRefusedException($"'{test.Field}' is not kept {(isSql ? "in the embedded index" : "in the documents in a form that can be asked like this")}.", test.Place.Line);
        // The index shows generated names too, which the rule does not see there.
        if (isSql && test.Field == "objectRef.name" && rule.PossibleValues("verb")?.Contains("create") != false)
            throw new HuntingRefusedException("The column 'name' also holds generated names, which 'objectRef.name' of a create does not.", test.Place.Line);
        return field;
    }
}
