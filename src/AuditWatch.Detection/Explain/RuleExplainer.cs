using System.Globalization;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Rules;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Compilation;
using AuditWatch.Sigma.Evaluation;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Explain;

/// <summary>
/// Takes a rule apart into its questions and puts each to the engine by itself, so that an explanation cannot say anything else than the engine does. One per
/// thread.
/// </summary>
sealed class RuleExplainer(RuleSnapshot rules, EventRule rule, ClusterFacts cluster)
{
    const int MostElements = 32;

    readonly SigmaRule _source = (SigmaRule)rule.Compiled.Source;
    readonly IReadOnlyList<SigmaFilter> _filters = rules.FiltersOf((SigmaRule)rule.Compiled.Source, cluster.Profile);
    readonly Dictionary<(Criterion, string), CompiledRule> _questions = [];
    readonly AuditEventView _view = new();
    readonly SeenValue _seen = new();

    public (Verdict Verdict, ExplainedNode Tree) Explain(AuditEvent e)
    {
        _view.Event = e;
        return (rule.Compiled.EvaluateSafely(_view), Tree());
    }

    ExplainedNode Tree()
    {
        var own = Detection(_source.Detection, Around.Event);
        if (_filters.Count == 0) return own;
        return All("rule and its filters", 0, [own, .. _filters.Select(f => Detection(f.Detection, Around.Event) is var tree ? tree with { Kind = "filter", Label = f.Name, Line = 0 } : null!)]);
    }

    ExplainedNode Detection(SigmaDetection detection, Around around)
    {
        var selections = detection.Selections.ToDictionary(s => s.Name, StringComparer.Ordinal);
        var conditions = detection.Conditions.Select(c => Condition(c.Root, selections, around)).ToList();
        return conditions.Count == 1 ? conditions[0] : Any("one of the conditions", detection.Conditions[0].Place.Line, conditions);
    }

    ExplainedNode Condition(ConditionNode node, Dictionary<string, SigmaSelection> selections, Around around)
    {
        switch (node)
        {
            case ConditionName name:
                var selection = selections[name.Name];
                var body = Ask(selection.Body, around);
                return new("selection", name.Name, body.Verdict, null, null, selection.Place.Line, body.Kind is "all" ? body.Parts : [body]);
            case ConditionNot not:
                var item = Condition(not.Item, selections, around);
                return new("not", "not", item.Verdict.Negate(), null, null, 0, [item]);
            case ConditionAnd and: return All("all of", 0, [.. and.Items.Select(i => Condition(i, selections, around))]);
            case ConditionOr or: return Any("one of", 0, [.. or.Items.Select(i => Condition(i, selections, around))]);
            case ConditionOf of:
                var parts = of.Names.Select(n => Condition(new ConditionName(n), selections, around)).ToList();
                var label = $"{(of.Count == 0 ? "all" : of.Count.ToString(CultureInfo.InvariantCulture))} of {of.Pattern}";
                return of.Count == 0 ? All(label, 0, parts) : Count(label, of.Count, parts);
            default: throw new ArgumentException($"{node.GetType().Name} has no explanation.");
        }
    }

    ExplainedNode Ask(Criterion criterion, Around around)
    {
        switch (criterion)
        {
            case AllOf all: return All("all of", all.Place.Line, [.. all.Items.Select(i => Ask(i, around))]);
            case AnyOf any: return Any("one of", any.Place.Line, [.. any.Items.Select(i => Ask(i, around))]);
            case NestedDetection nested: return Detection(nested.Detection, around);
            case KeywordTest words:
                return new("keywords", string.Concat(words.Modifiers.Select(m => "|" + m)), Put(words, around), null, Wanted(words.Values), words.Place.Line, []);
            case FieldTest field:
                return new("field", field.Field + string.Concat(field.Modifiers.Select(m => "|" + m)), Put(field, around), _seen.Of(_view, around.PathOf(field.Field)), Wanted(field.Values), field.Place.Line, []);
            case ArrayTest array: return new("array", $"{array.Field}[{Quantifier(array)}]", Put(array, around), null, null, array.Place.Line, Elements(array, around));
            default: throw new ArgumentException($"{criterion.GetType().Name} has no explanation.");
        }
    }

    List<ExplainedNode> Elements(ArrayTest array, Around around)
    {
        var parts = new List<ExplainedNode>();
        var length = _seen.LengthOf(_view, around.PathOf(array.Field));
        var (first, end) = array.Quantifier == ArrayQuantifier.Index ? (array.Index < 0 ? length + array.Index : array.Index, (array.Index < 0 ? length + array.Index : array.Index) + 1) : (0, length);
        for (var i = Math.Max(0, first); i < Math.Min(end, Math.Min(length, first + MostElements)); i++)
        {
            var body = Ask(array.Body, around.Into(array, i));
            parts.Add(new("element", string.Create(CultureInfo.InvariantCulture, $"{array.Field}[{i}]"), body.Verdict, null, null, 0, body.Kind is "all" ? body.Parts : [body]));
        }

        return parts;
    }

    // The engine is asked by a rule that consists of this question only, put to the array element at hand.
    Verdict Put(Criterion question, Around around)
    {
        if (!_questions.TryGetValue((question, around.Path), out var compiled))
        {
            var alone = _source with { Detection = new([new("question", around.Wrap(question), question.Place)], [new("question", new ConditionName("question"), question.Place)]) };
            _questions[(question, around.Path)] = compiled = rules.CompileAlone(alone) ?? throw new InvalidOperationException($"A part of {_source.Name} does not compile by itself.");
        }

        return compiled.EvaluateSafely(_view);
    }

    static ExplainedNode All(string label, int line, IReadOnlyList<ExplainedNode> parts) =>
        new("all", label, parts.Aggregate(Verdict.True, (sofar, p) => sofar.And(p.Verdict)), null, null, line, parts);

    static ExplainedNode Any(string label, int line, IReadOnlyList<ExplainedNode> parts) => Count(label, 1, parts) with { Kind = "any", Line = line };

    static ExplainedNode Count(string label, int least, IReadOnlyList<ExplainedNode> parts)
    {
        var yes = parts.Count(p => p.Verdict.Truth == Truth.True);
        var unknown = parts.Where(p => p.Verdict.Truth == Truth.Unknown).ToList();
        var verdict = yes >= least ? Verdict.True : yes + unknown.Count >= least ? Verdict.Unknown(unknown.Aggregate(UnknownReason.None, (why, p) => why | p.Verdict.Why)) : Verdict.False;
        return new("count", label, verdict, null, null, 0, parts);
    }

    static string Wanted(IReadOnlyList<SigmaScalar> values) =>
        string.Join(", ", values.Take(8).Select(v => v.Kind == SigmaScalarKind.Null ? "null" : v.Text)) + (values.Count > 8 ? $", … ({values.Count})" : "");

    static string Quantifier(ArrayTest array) => array.Quantifier switch
    {
        ArrayQuantifier.AllOrEmpty => "all_or_empty",
        ArrayQuantifier.Index => array.Index.ToString(CultureInfo.InvariantCulture),
        var q => q.ToString().ToLowerInvariant(),
    };

    /// <summary>Where a question is put: to the event, or to one element of an array.</summary>
    sealed record Around(string Path, Func<Criterion, Criterion> Wrap)
    {
        public static readonly Around Event = new("", c => c);

        public string PathOf(string field) => Path.Length == 0 ? field : field == "." ? Path : Path + "." + field;

        public Around Into(ArrayTest array, int index) =>
            new(string.Create(CultureInfo.InvariantCulture, $"{PathOf(array.Field)}[{index}]"), c => Wrap(new ArrayTest(array.Field, ArrayQuantifier.Index, index, c, array.Place)));
    }
}
