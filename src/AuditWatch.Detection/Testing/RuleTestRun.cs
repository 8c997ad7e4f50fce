using System.Text.Json.Nodes;
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
        foreach (var one in cases)
            foreach (var combination in Combinations(one.Matrix)) results.Add(Judge(one, combination, events));
        foreach (var rule in rules.Documents) results.AddRange(Demands(rule, [.. cases.Where(c => c.Rule.Equals(rule.Id, StringComparison.OrdinalIgnoreCase))], events));
        return results;
    }

    RuleTestResult Judge(RuleTestCase one, IReadOnlyDictionary<string, string> combination, TestEvents events)
    {
        var verdict = Ask(one, combination, events, out var problem);
        return new RuleTestResult(
            one.Rule, NameOf(one.Rule), one.File, one.Line, one.It, combination, one.Expect, verdict is { } v ? Word(v) : "nothing",
            verdict is { Truth: Truth.Unknown } unknown ? UnknownReasons.Of(unknown.Why) : [], problem);
    }

    Verdict? Ask(RuleTestCase one, IReadOnlyDictionary<string, string> combination, TestEvents events, out string? problem) =>
        Event(one, combination, events, out problem) is { } e ? _verdict.Of(one.Rule, e, combination.GetValueOrDefault("shape", "native"), one.Cluster, out problem) : null;

    /// <summary>The event of a case in one combination, before it is wrapped; null with a sentence.</summary>
    internal static JsonObject? Event(RuleTestCase one, IReadOnlyDictionary<string, string> combination, TestEvents events, out string? problem)
    {
        if (events.Find(one.From, out problem) is not { } e) return null;
        try
        {
            foreach (var (path, value) in one.With) EventPatch.Apply(e, path, value);
            // The deed first, then what the policy leaves of it.
            if (combination.TryGetValue("write", out var write)) EventVariant.Write(e, write);
            if (combination.TryGetValue("transport", out var transport)) EventVariant.Transport(e, transport);
            if (combination.TryGetValue("level", out var level)) EventVariant.Level(e, level);
            return e;
        }
        catch (Exception fault) when (fault is FormatException or InvalidOperationException)
        {
            problem = $"The event cannot be changed so: {fault.Message}";
            return null;
        }
    }

    // A rule with too few cases is not known to work: one that fires, two that stay silent (one a near miss), and one that admits it cannot tell, if there is one.
    IEnumerable<RuleTestResult> Demands(SigmaDocument rule, IReadOnlyList<RuleTestCase> cases, TestEvents events)
    {
        yield return Demand("at least one case fires", cases.Any(c => c.Expect == Fire));
        yield return Demand("at least two cases stay silent", cases.Count(c => c.Expect == Silent) >= 2);
        var metadata = new Dictionary<string, string> { ["level"] = "Metadata" };
        var isBlind = cases.Any(c => c.Expect == Fire && Ask(c, metadata, events, out _) is { Truth: Truth.Unknown });
        if (isBlind) yield return Demand("one case is unknown, because the rule reads a body", cases.Any(c => c.Expect == Unknown));

        RuleTestResult Demand(string demand, bool isMet) =>
            new(rule.Id, rule.Name, rule.File, rule.Line, demand, new Dictionary<string, string>(), "met", isMet ? "met" : "not met", [], null);
    }

    internal static IEnumerable<IReadOnlyDictionary<string, string>> Combinations(IReadOnlyDictionary<string, IReadOnlyList<string>> matrix) =>
        matrix.OrderBy(d => d.Key, StringComparer.Ordinal).Aggregate(
            (IEnumerable<Dictionary<string, string>>)[new(StringComparer.Ordinal)],
            (sofar, dimension) => sofar.SelectMany(c => dimension.Value.Select(v => new Dictionary<string, string>(c, StringComparer.Ordinal) { [dimension.Key] = v })));

    string NameOf(string id) => rules.Documents.FirstOrDefault(d => d.Id.Equals(id, StringComparison.OrdinalIgnoreCase))?.Name ?? "";

    static string Word(Verdict verdict) => verdict.Truth switch { Truth.True => Fire, Truth.False => Silent, _ => Unknown };
}
