using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Lint;

/// <summary>Conditions that contradict themselves, and parts of them that can never matter.</summary>
static class ReachChecks
{
    public static void Check(LintedRule rule)
    {
        if (rule.Terms.Count == 0) return;
        var fields = rule.Uses.Select(u => u.Path).Distinct().Where(FieldTypes.IsScalar).ToArray();
        var impossible = rule.Terms.Select(t => Contradiction(fields, t.Wanted, t.Refused)).ToArray();
        if (impossible.All(f => f is not null))
        {
            var own = rule.Rule.Detection.Selections.FirstOrDefault(s => rule.Wants(s) && Contradiction(fields, [s], []) is not null);
            rule.Error(LintCodes.NeverTrue, own?.Place ?? rule.Rule.Detection.Conditions[0].Place, $"The condition can never hold: it asks '{impossible[0]}' for what excludes each other.", "Change one of the questions, or join them by 'or'.");
            return;
        }

        foreach (var selection in rule.Rule.Detection.Selections)
        {
            var wanting = Enumerable.Range(0, rule.Terms.Count).Where(i => rule.Terms[i].Wanted.Contains(selection)).ToArray();
            if (wanting.Length > 0 && wanting.All(i => impossible[i] is not null))
                rule.Error(LintCodes.NeverTrue, selection.Place, $"Where '{selection.Name}' is asked for it can never hold: '{impossible[wanting[0]]}' would have to be two things at once.", "Change it, or remove it.");
            else if (wanting.Length == 0 && rule.Excludes(selection) && IsIdle(rule, selection, fields) is { } field)
                rule.Warn(LintCodes.IdleExclusion, selection.Place, $"'{selection.Name}' excludes nothing: what the rule asks of '{field}' rules it out already.", "Correct it, or remove it.");
        }
    }

    static string? IsIdle(LintedRule rule, SigmaSelection selection, string[] fields)
    {
        string? found = null;
        foreach (var term in rule.Terms.Where(t => t.Refused.Contains(selection)))
            if ((found = Contradiction(fields, [.. term.Wanted, selection], [])) is null) return null;
        return found;
    }

    static string? Contradiction(string[] fields, IReadOnlyList<SigmaSelection> wanted, IReadOnlyList<SigmaSelection> refused)
    {
        foreach (var field in fields)
        {
            var bounds = new FieldBounds(field);
            foreach (var selection in wanted) bounds.Want(selection.Body);
            foreach (var selection in refused) bounds.Refuse(selection.Body);
            if (bounds.IsImpossible) return field;
        }

        return wanted.FirstOrDefault(refused.Contains)?.Name;
    }
}
