using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Rules;
using AuditWatch.Sigma.Evaluation;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Testing;

/// <summary>Runs the cases that lie beside rules, in every combination of their matrices, and what is demanded of the cases of every rule.</summary>
public sealed class RuleTestRun(RuleSnapshot rules)
{
    const string Fire = "fire", Silent = "silent", Unknown = "unknown";

    readonly TestVerdict _verdict = new(rules);

    /// <summary>Runs every test file of a rule folder.</summary>
    public IReadOnlyList<RuleTestResult> Run(string dir, ICollection<Problem> problems)
    {
        var events = new TestEvents(dir);
        var cases = RuleFiles.Tests(dir).SelectMany(f => RuleTestFile.Read(f, problems)).ToList();
        var results = new List<RuleTestResult>();
        foreach (var run in cases.SelectMany(CaseRun.Of)) results.Add(Judge(run, events));
        foreach (var rule in rules.Documents) results.AddRange(Demands(rule, [.. cases.Where(c => c.Rule.Equals(rule.Id, StringComparison.OrdinalIgnoreCase))], events));
        return results;
    }

    RuleTestResult Judge(CaseRun run, TestEvents events)
    {
        var (one, verdict) = (run.Case, Ask(run, events, out var problem));
        return new RuleTestResult(
            one.Rule, NameOf(one.Rule), one.File, one.Line, one.It, run.Combination, one.Expect, verdict is { } v ? Word(v) : "nothing",
            verdict is { Truth: Truth.Unknown } unknown ? UnknownReasons.Of(unknown.Why) : [], problem);
    }

    Verdict? Ask(CaseRun run, TestEvents events, out string? problem) =>
        run.Event(events, out problem) is { } e ? _verdict.Of(run.Case.Rule, e, run.Shape, run.Case.Cluster, out problem) : null;

    // A rule with too few cases is not known to work: one that fires, two that stay silent (one a near miss), and one that admits it cannot tell, if there is one.
    IEnumerable<RuleTestResult> Demands(SigmaDocument rule, IReadOnlyList<RuleTestCase> cases, TestEvents events)
    {
        yield return Demand("at least one case fires", cases.Any(c => c.Expect == Fire));
        yield return Demand("at least two cases stay silent", cases.Count(c => c.Expect == Silent) >= 2);
        var metadata = new Dictionary<string, string> { ["level"] = "Metadata" };
        var isBlind = cases.Any(c => c.Expect == Fire && Ask(new CaseRun(c, metadata, c.Changes is [var first, ..] ? first : null), events, out _) is { Truth: Truth.Unknown });
        if (isBlind) yield return Demand("one case is unknown, because the rule reads a body", cases.Any(c => c.Expect == Unknown));

        RuleTestResult Demand(string demand, bool isMet) =>
            new(rule.Id, rule.Name, rule.File, rule.Line, demand, new Dictionary<string, string>(), "met", isMet ? "met" : "not met", [], null);
    }

    string NameOf(string id) => rules.Documents.FirstOrDefault(d => d.Id.Equals(id, StringComparison.OrdinalIgnoreCase))?.Name ?? "";

    static string Word(Verdict verdict) => verdict.Truth switch { Truth.True => Fire, Truth.False => Silent, _ => Unknown };
}
