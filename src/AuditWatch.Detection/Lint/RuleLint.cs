using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Testing;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Lint;

/// <summary>
/// Everything that can be said about rules without events: what keeps them from loading, and what keeps them from meaning what they say. A rule may accept a warning
/// by name, with the reason: <c>auditwatch: {lint: {AW2014: …}}</c>.
/// </summary>
public static class RuleLint
{
    static readonly Action<LintedRule>[] Checks =
        [VocabularyChecks.Check, TypeChecks.Check, BodyChecks.Check, ObjectChecks.Check, RequestChecks.Check, ExclusionChecks.Check, ReachChecks.Check, HouseChecks.Check];

    /// <summary>The findings, by place.</summary>
    public static LintReport Check(RuleSources sources)
    {
        var problems = new List<Problem>();
        var snapshot = RuleSnapshot.Load(sources, problems);
        // What is wrong with a test file is for 'rules test' to say.
        var cases = sources.RuleDirs.SelectMany(RuleFiles.Tests).SelectMany(f => RuleTestFile.Read(f, [])).ToLookup(c => c.Rule, StringComparer.OrdinalIgnoreCase);
        var compiled = snapshot.For(new ClusterFacts()).Rules.ToDictionary(r => r.Identity.Id, r => r.Compiled, StringComparer.OrdinalIgnoreCase);
        var accepted = 0;
        foreach (var rule in snapshot.Documents.OfType<SigmaRule>())
        {
            var found = new List<Problem>();
            var linted = new LintedRule(rule, compiled.GetValueOrDefault(rule.Id), [.. cases[rule.Id]], found);
            foreach (var check in Checks) check(linted);
            accepted += Accept(rule, found, problems);
        }

        problems.AddRange(snapshot.Written.SelectMany(TextChecks.Check));
        foreach (var same in compiled.Values.GroupBy(r => r.Revision, StringComparer.Ordinal).Where(g => g.Count() > 1))
        {
            var first = same.First().Source;
            foreach (var other in same.Skip(1).Select(r => r.Source))
                problems.Add(new Problem(LintCodes.SameTwice, ProblemSeverity.Warning, other.File, other.Line, 1, other.Name, $"The rule finds exactly what '{first.Name}' ({first.File}:{first.Line}) finds.", "Remove one of them."));
        }

        foreach (var (filter, word) in snapshot.IdleFilters())
            problems.Add(new Problem(LintCodes.FilterOfNothing, ProblemSeverity.Warning, filter.File, filter.Line, 1, filter.Name, $"There is no rule '{word}', so nothing is filtered for it.", "Name a rule that is loaded, by its name or id."));
        return new LintReport(snapshot.Documents.Count, accepted,
            [.. problems.Distinct().OrderBy(p => p.File, StringComparer.Ordinal).ThenBy(p => p.Line).ThenBy(p => p.Column).ThenBy(p => p.Code, StringComparer.Ordinal)]);
    }

    static int Accept(SigmaRule rule, List<Problem> found, List<Problem> problems)
    {
        var reasons = rule.Custom.GetValueOrDefault("auditwatch") is IReadOnlyDictionary<string, object?> ours && ours.GetValueOrDefault("lint") is IReadOnlyDictionary<string, object?> map
            ? map : new Dictionary<string, object?>();
        foreach (var (code, reason) in reasons)
            if (reason is not string { Length: > 0 })
                problems.Add(new Problem(LintCodes.NoReason, ProblemSeverity.Warning, rule.File, rule.Line, 1, rule.Name, $"{code} is accepted without a reason.", $"Write 'lint: {{{code}: why this rule means it}}'."));
        var kept = found.Where(p => p.Severity == ProblemSeverity.Error || reasons.GetValueOrDefault(p.Code) is not string { Length: > 0 }).ToList();
        problems.AddRange(kept);
        return found.Count - kept.Count;
    }
}
