using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Rules;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Compilation;
using AuditWatch.Sigma.Evaluation;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Testing;

/// <summary>A rule cut at its questions: the engine answers each once for an event; what the rule, and every mutant of it, says is then only logic.</summary>
sealed class CutRule
{
    readonly RuleSnapshot _rules;
    readonly SigmaRule _rule;
    readonly Dictionary<Criterion, int> _questions = new(ReferenceEqualityComparer.Instance);
    readonly List<CompiledRule> _compiled = [];
    readonly List<string> _fields = [];
    readonly List<CutMutant> _mutants = [];
    readonly Dictionary<string, List<CompiledRule>> _filters = new(StringComparer.Ordinal);
    readonly Dictionary<string, SigmaSelection> _selections;
    readonly AuditEventView _view = new();

    public CutRule(RuleSnapshot rules, SigmaRule rule)
    {
        (_rules, _rule) = (rules, rule);
        _selections = rule.Detection.Selections.ToDictionary(s => s.Name, StringComparer.Ordinal);
        foreach (var selection in rule.Detection.Selections) Cut(selection.Name, selection.Body);
    }

    public IReadOnlyList<CutMutant> Mutants => _mutants;

    /// <summary>The answers of an event to every question, and to every changed question; null when a filter holds the rule back from it, whatever the rule says.</summary>
    public Truth[]? Answers(AuditEvent e)
    {
        var passes = Passes(e).Truth;
        if (passes == Truth.False) return null;
        _view.Event = e;
        return [.. _compiled.Select(q => q.EvaluateSafely(_view).Truth), passes];
    }

    /// <summary>The answers to the questions about some fields only; all others are open, and so is a filter's: it lets through.</summary>
    public Truth[] Answers(AuditEvent e, Func<string, bool> settles)
    {
        _view.Event = e;
        return [.. _compiled.Select((q, i) => settles(_fields[i]) ? q.EvaluateSafely(_view).Truth : Truth.Unknown), Truth.True];
    }

    /// <summary>What the rule says, or a mutant of it.</summary>
    public Truth Verdict(Truth[] answers, CutMutant? mutant = null)
    {
        Verdict? any = null;
        foreach (var condition in _rule.Detection.Conditions)
        {
            var one = Of(condition.Root, answers, mutant);
            any = any is { } sofar ? sofar.Or(one) : one;
        }

        return any!.Value.And(Said(answers[^1])).Truth;
    }

    void Cut(string selection, Criterion criterion)
    {
        if (criterion is AllOf or AnyOf)
        {
            foreach (var item in Items(criterion)) Cut(selection, item);
            return;
        }

        var at = _questions[criterion] = Compile(criterion);
        foreach (var m in RuleMutants.Of(criterion)) _mutants.Add(new(selection, m.Leaf, m.TakenFor, at, m.Question is null ? -1 : Compile(m.Question)));
    }

    int Compile(Criterion question)
    {
        var detection = new SigmaDetection([new("question", question, question.Place)], [new("question", new ConditionName("question"), question.Place)]);
        _fields.Add(question switch { FieldTest test => test.Field, ArrayTest array => array.Field, _ => "" });
        _compiled.Add(_rules.CompileAlone(_rule with { Detection = detection }) ?? throw new InvalidOperationException($"A question of {_rule.Name} does not compile alone."));
        return _compiled.Count - 1;
    }

    Verdict Of(ConditionNode node, Truth[] answers, CutMutant? mutant) => node switch
    {
        ConditionName name => Of(_selections[name.Name].Body, answers, mutant),
        ConditionNot not => Of(not.Item, answers, mutant).Negate(),
        ConditionAnd and => and.Items.Aggregate(Sigma.Evaluation.Verdict.True, (sofar, i) => sofar.And(Of(i, answers, mutant))),
        ConditionOr or => or.Items.Aggregate(Sigma.Evaluation.Verdict.False, (sofar, i) => sofar.Or(Of(i, answers, mutant))),
        ConditionOf of => AtLeast(of.Count == 0 ? of.Names.Count : of.Count, [.. of.Names.Select(n => Of(_selections[n].Body, answers, mutant).Truth)]),
        _ => throw new ArgumentException($"No verdict is made of {node.GetType().Name}."),
    };

    Verdict Of(Criterion criterion, Truth[] answers, CutMutant? mutant) => criterion switch
    {
        AllOf all => all.Items.Aggregate(Sigma.Evaluation.Verdict.True, (sofar, i) => sofar.And(Of(i, answers, mutant))),
        AnyOf any => any.Items.Aggregate(Sigma.Evaluation.Verdict.False, (sofar, i) => sofar.Or(Of(i, answers, mutant))),
        _ when mutant is null || _questions[criterion] != mutant.Question => Said(answers[_questions[criterion]]),
        _ when mutant.Changed < 0 => Said(mutant.TakenFor ? Truth.True : Truth.False),
        _ => Said(answers[mutant.Changed]),
    };

    static Verdict AtLeast(int least, Truth[] some) =>
        some.Count(t => t == Truth.True) is var yes && yes >= least ? Sigma.Evaluation.Verdict.True : Said(yes + some.Count(t => t == Truth.Unknown) >= least ? Truth.Unknown : Truth.False);

    static Verdict Said(Truth truth) => new(truth, UnknownReason.None);

    static IReadOnlyList<Criterion> Items(Criterion criterion) => criterion is AllOf all ? all.Items : ((AnyOf)criterion).Items;

    Verdict Passes(AuditEvent e)
    {
        if (!_filters.TryGetValue(e.Cluster.Profile, out var filters))
            _filters[e.Cluster.Profile] = filters = [.. _rules.FiltersOf(_rule, e.Cluster.Profile).Select(f => _rules.CompileAlone(_rule with { Detection = f.Detection })).OfType<CompiledRule>()];
        _view.Event = e;
        return filters.Aggregate(Sigma.Evaluation.Verdict.True, (sofar, f) => sofar.And(f.EvaluateSafely(_view)));
    }
}
