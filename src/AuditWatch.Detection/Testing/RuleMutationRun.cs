using System.Text.Json.Nodes;
using AuditWatch.Detection.Rules;
using AuditWatch.Sigma.Evaluation;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Testing;

/// <summary>Finds the questions of rules that no case depends on: each is taken for true, and for false, and some case must come out otherwise.</summary>
public sealed class RuleMutationRun(RuleSnapshot rules)
{
    /// <summary>How many mutants were tried.</summary>
    public int Mutants { get; private set; }

    /// <summary>How many of them no request could tell from their rule (<c>docs/rules.md</c>).</summary>
    public int Foregone { get; private set; }

    /// <summary>Tries every rule that has cases in a folder.</summary>
    public IReadOnlyList<WeakLeaf> Run(string dir, ICollection<Problem> problems)
    {
        var events = new TestEvents(dir);
        var cases = RuleFiles.Tests(dir).SelectMany(f => RuleTestFile.Read(f, problems)).ToLookup(c => c.Rule, StringComparer.OrdinalIgnoreCase);
        var weak = new List<WeakLeaf>();
        foreach (var rule in rules.Documents.OfType<SigmaRule>().Where(r => cases.Contains(r.Id)))
        {
            var cut = new CutRule(rules, rule);
            Mutants += cut.Mutants.Count;
            weak.AddRange(Survivors(cut, cases[rule.Id], events).Select(m => new WeakLeaf(rule.Id, rule.Name, rule.File, m.Leaf.Place.Line, m.Selection, LeafText.Of(m.Leaf), m.TakenFor ? "true" : "false")));
        }

        return weak;
    }

    /// <summary>The mutants of a rule that agree with it on every event of its cases.</summary>
    internal List<CutMutant> Survivors(CutRule cut, IEnumerable<RuleTestCase> cases, TestEvents events)
    {
        var seen = new CaseEvents(rules.Symbols);
        JsonObject? any = null;
        foreach (var run in cases.SelectMany(CaseRun.Of))
        {
            if (run.Event(events, out _) is not { } e) continue;
            any ??= e;
            seen.Add(e, run.Shape, run.Case.Cluster);
        }

        var answers = seen.All.Select(cut.Answers).OfType<Truth[]>().Distinct(new SameAnswers()).Select(a => (Answers: a, Verdict: cut.Verdict(a))).ToList();
        var survivors = cut.Mutants.Where(m => answers.All(a => cut.Verdict(a.Answers, m) == a.Verdict)).ToList();
        Foregone += any is null ? 0 : survivors.RemoveAll(m => ForegoneMutants.Is(cut, m, any, rules.Symbols));
        return survivors;
    }

    sealed class SameAnswers : IEqualityComparer<Truth[]>
    {
        public bool Equals(Truth[]? x, Truth[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(Truth[] answers)
        {
            var hash = new HashCode();
            foreach (var answer in answers) hash.Add(answer);
            return hash.ToHashCode();
        }
    }
}
