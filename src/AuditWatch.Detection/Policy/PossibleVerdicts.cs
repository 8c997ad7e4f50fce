using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Rules;
using AuditWatch.Sigma.Compilation;
using AuditWatch.Sigma.Evaluation;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Policy;

/// <summary>Which verdicts a rule, its filters included, can come to on the events that a view shows. One per rule and thread.</summary>
sealed class PossibleVerdicts(RuleSnapshot rules, EventRule rule, IReadOnlyList<SigmaFilter> filters, RequestClasses classes, AuditPolicy policy)
{
    readonly Dictionary<Criterion, CompiledRule> _questions = new(ReferenceEqualityComparer.Instance);
    readonly SigmaRule _source = (SigmaRule)rule.Compiled.Source;
    readonly HashSet<string> _users = [.. policy.Rules.SelectMany(r => r.Users)];
    readonly HashSet<string> _groups = [.. policy.Rules.SelectMany(r => r.UserGroups)];
    readonly HashSet<string> _names = [.. policy.Rules.SelectMany(r => r.Resources).SelectMany(r => r.ResourceNames)];
    readonly HashSet<string> _namespaces = [.. policy.Rules.SelectMany(r => r.Namespaces)];

    public PossibleTruths On(RecordedView view)
    {
        // Most classes are out of the question by what is known of them.
        var verdict = rule.Compiled.EvaluateSafely(view);
        if (verdict.Truth == Truth.False) return PossibleTruths.False;
        return filters.Aggregate(Of(_source.Detection, view), (sofar, f) => sofar.And(Of(f.Detection, view)));
    }

    PossibleTruths Of(SigmaDetection detection, RecordedView view)
    {
        var asked = new Dictionary<string, PossibleTruths>(StringComparer.Ordinal);
        return detection.Conditions.Aggregate(PossibleTruths.False, (sofar, c) => sofar.Or(Of(c.Root)));

        PossibleTruths Of(ConditionNode node) => node switch
        {
            ConditionName name => Selection(name.Name),
            ConditionNot not => Of(not.Item).Not(),
            ConditionAnd and => and.Items.Aggregate(PossibleTruths.True, (sofar, i) => sofar.And(Of(i))),
            ConditionOr or => or.Items.Aggregate(PossibleTruths.False, (sofar, i) => sofar.Or(Of(i))),
            ConditionOf { Count: 0 } all => all.Names.Aggregate(PossibleTruths.True, (sofar, n) => sofar.And(Selection(n))),
            ConditionOf of => PossibleTruthsLogic.AtLeast(of.Count, [.. of.Names.Select(Selection)]),
            _ => throw new ArgumentException($"{node.GetType().Name} has no truth."),
        };

        PossibleTruths Selection(string name) =>
            asked.TryGetValue(name, out var known) ? known : asked[name] = Ask(detection.Selections.First(s => s.Name == name).Body, view);
    }

    PossibleTruths Ask(Criterion criterion, RecordedView view) => criterion switch
    {
        AllOf all => all.Items.Aggregate(PossibleTruths.True, (sofar, i) => sofar.And(Ask(i, view))),
        AnyOf any => any.Items.Aggregate(PossibleTruths.False, (sofar, i) => sofar.Or(Ask(i, view))),
        _ => Put(criterion, view),
    };

    PossibleTruths Put(Criterion question, RecordedView view)
    {
        if (!_questions.TryGetValue(question, out var compiled))
        {
            var alone = _source with { Detection = new([new("question", question, question.Place)], [new("question", new ConditionName("question"), question.Place)]) };
            _questions[question] = compiled = rules.CompileAlone(alone) ?? throw new InvalidOperationException($"A part of {_source.Name} does not compile by itself.");
        }

        var verdict = compiled.EvaluateSafely(view);
        if (verdict.Truth != Truth.Unknown) return verdict.Truth == Truth.True ? PossibleTruths.True : PossibleTruths.False;
        var rest = (verdict.Why & UnknownReason.LevelTooLow) != 0 ? PossibleTruths.Hidden : (verdict.Why & ~EventView.NotShown) != 0 ? PossibleTruths.Unknown : PossibleTruths.None;
        if ((verdict.Why & EventView.NotShown) == 0) return rest;
        return rest | (question is FieldTest test ? Narrow(test, view.Class) : PossibleTruths.Either);
    }

    // What is left open is not left open to everything: the caller's kind, and all that the policy names, have classes of their own.
    PossibleTruths Narrow(FieldTest test, RequestClass requests)
    {
        if (test.Modifiers.Contains("exists")) return PossibleTruths.Either;
        if (test.Field is "user.username" or "aw.real_user" && test.Values is [{ Kind: SigmaScalarKind.Null }]) return test.Modifiers.Contains("neq") ? PossibleTruths.True : PossibleTruths.False;
        if (test.Values.Any(v => v.Kind == SigmaScalarKind.Null) || test.Modifiers.Contains("fieldref")) return PossibleTruths.Either;
        Func<string, bool, PossibleTruths>? of = test.Field switch
        {
            "user.username" or "aw.real_user" => (text, whole) => Name(text, whole, requests.Caller),
            "aw.effective_user" when !requests.Caller.Impersonates => (text, whole) => Name(text, whole, requests.Caller),
            "user.groups" or "aw.effective_groups" when !(requests.Caller.Impersonates && test.Field[0] == 'a') => (text, whole) =>
                whole && requests.Caller.Groups.Contains(text, StringComparer.OrdinalIgnoreCase) ? PossibleTruths.True : whole && requests.Caller != Caller.Anybody && _groups.Contains(text) ? PossibleTruths.False : PossibleTruths.Either,
            "objectRef.name" or "aw.name" when requests.AnyName => (text, whole) => whole && _names.Contains(text) ? PossibleTruths.False : PossibleTruths.Either,
            "objectRef.namespace" when requests.AnyNamespace => (text, whole) => whole && _namespaces.Contains(text) ? PossibleTruths.False : PossibleTruths.Either,
            _ => null,
        };
        if (of is null) return PossibleTruths.Either;
        var each = classes.Texts(test).Select(v => Value(test, v, of)).ToList();
        if (each.Count == 0) return PossibleTruths.Either;
        var all = test.Modifiers.Contains("all") ? each.Aggregate(PossibleTruths.True, (a, b) => a.And(b)) : each.Aggregate(PossibleTruths.False, (a, b) => a.Or(b));
        return test.Modifiers.Contains("neq") ? all.Not() : all;
    }

    static PossibleTruths Value(FieldTest test, string text, Func<string, bool, PossibleTruths> of)
    {
        if (test.Modifiers.Any(m => m is not ("startswith" or "all" or "neq" or "cased" or "expand"))) return PossibleTruths.Either;
        var star = text.AsSpan().IndexOfAny('*', '?', '\\');
        if (star >= 0 && text[star] == '\\') return PossibleTruths.Either;
        var found = of(star >= 0 ? text[..star] : text, star < 0 && !test.Modifiers.Contains("startswith"));
        // A beginning that all have in common is enough only where nothing is asked of the rest.
        return found == PossibleTruths.True && star >= 0 && star < text.Length - 1 ? PossibleTruths.Either : found;
    }

    PossibleTruths Name(string text, bool isWhole, Caller caller) =>
        !isWhole && caller.MustBegin(text) ? PossibleTruths.True : caller.CouldBe(text, isWhole, _users) ? PossibleTruths.Either : PossibleTruths.False;
}
