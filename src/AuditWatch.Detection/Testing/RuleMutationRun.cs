using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Rules;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Compilation;
using AuditWatch.Sigma.Evaluation;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Testing;

/// <summary>Finds the questions of rules that no case depends on: each is taken for true, and for false, and some case must come out otherwise.</summary>
public sealed class RuleMutationRun(RuleSnapshot rules)
{
    readonly AuditEventView _view = new();

    /// <summary>How many mutants were tried.</summary>
    public int Mutants { get; private set; }

    /// <summary>Tries every rule that has cases in a folder.</summary>
    public IReadOnlyList<WeakLeaf> Run(string dir, ICollection<Problem> problems)
    {
        var events = new TestEvents(dir);
        var cases = RuleFiles.Tests(dir).SelectMany(f => RuleTestFile.Read(f, problems)).ToLookup(c => c.Rule, StringComparer.OrdinalIgnoreCase);
        return [.. rules.Documents.OfType<SigmaRule>().Where(r => cases.Contains(r.Id)).SelectMany(r => Weak(r, cases[r.Id], events))];
    }

    List<WeakLeaf> Weak(SigmaRule rule, IEnumerable<RuleTestCase> cases, TestEvents events)
    {
        var seen = new CaseEvents(rules.Symbols);
        foreach (var one in cases)
            foreach (var combination in RuleTestRun.Combinations(one.Matrix))
                if (RuleTestRun.Event(one, combination, events, out _) is { } e) seen.Add(e, combination.GetValueOrDefault("shape", "native"), one.Cluster);
        var filters = new Dictionary<string, List<CompiledRule>>(StringComparer.Ordinal);
        // Only where the filters let the event through can a question of the rule decide.
        var open = seen.All.Select(e => (Event: e, Passes: Passes(rule, e, filters))).Where(e => e.Passes.Truth != Truth.False).ToList();
        var expected = Verdicts(rule.Detection);
        var weak = new List<WeakLeaf>();
        foreach (var mutant in RuleMutants.Of(rule.Detection))
        {
            Mutants++;
            if (Verdicts(mutant.Detection).SequenceEqual(expected))
                weak.Add(new(rule.Id, rule.Name, rule.File, mutant.Leaf.Place.Line, mutant.Selection, Written(mutant.Leaf), mutant.TakenFor ? "true" : "false"));
        }

        return weak;

        List<Truth> Verdicts(SigmaDetection detection)
        {
            var compiled = rules.CompileAlone(rule with { Detection = detection }) ?? throw new InvalidOperationException($"A mutant of {rule.Name} does not compile.");
            return [.. open.Select(e => Ask(compiled, e.Event).And(e.Passes).Truth)];
        }
    }

    Verdict Passes(SigmaRule rule, AuditEvent e, Dictionary<string, List<CompiledRule>> known)
    {
        var profile = e.Cluster.Profile;
        if (!known.TryGetValue(profile, out var filters))
            known[profile] = filters = [.. rules.FiltersOf(rule, profile).Select(f => rules.CompileAlone(rule with { Detection = f.Detection })).OfType<CompiledRule>()];
        return filters.Aggregate(Verdict.True, (sofar, f) => sofar.And(Ask(f, e)));
    }

    Verdict Ask(CompiledRule compiled, AuditEvent e)
    {
        _view.Event = e;
        return compiled.EvaluateSafely(_view);
    }

    static string Written(Criterion leaf)
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
