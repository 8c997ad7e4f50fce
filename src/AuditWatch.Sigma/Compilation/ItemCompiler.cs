using AuditWatch.Sigma.Evaluation;
using AuditWatch.Sigma.Matching;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Sigma.Compilation;

/// <summary>Turns one detection item (field, modifiers, values) into a node.</summary>
internal sealed class ItemCompiler(FieldScope scope, IListSource? lists, ProblemList problems)
{
    readonly PlaceholderExpander _expander = new(lists, problems);

    public Node? Field(FieldTest test)
    {
        var source = scope.Bind(test.Field, test.Place, problems);
        if (!ModifierRules.Check(test.Modifiers, test.Place, problems)) return null;
        var negate = test.Modifiers.Contains("neq");
        if (test.Modifiers.Contains("exists") && (test.Values.Count > 1 || test.Values[0].Kind != SigmaScalarKind.Boolean))
        {
            problems.Error(Codes.ValueType, test.Values[0].Place, "'exists' takes one value, true or false.", "Write 'field|exists: true'.");
            return null;
        }
        var special = Special(test, source);
        if (special is not null) return negate ? NotNode.Of(special) : special;
        if (test.Modifiers.Contains("fieldref") && test.Values.All(v => v.Kind == SigmaScalarKind.Text)) return null;
        if (Matchers(test.Modifiers, test.Values, keywords: false) is not { } matchers || source is null) return null;
        WarnOfAll(test.Modifiers, test.Values, test.Place);
        var node = Join(matchers, test.Modifiers, m => new LeafNode(source, new MatchTest(m)));
        return negate ? NotNode.Of(node) : node;
    }

    public Node? Keywords(KeywordTest test)
    {
        if (!ModifierRules.Check(test.Modifiers, test.Place, problems)) return null;
        if (test.Modifiers.FirstOrDefault(m => m is "exists" or "fieldref" or "startswith" or "endswith" || Modifiers.IsComparison(m) || Modifiers.IsDatePart(m)) is { } wrong)
        {
            problems.Error(Codes.ModifierCombination, test.Place, $"'{wrong}' needs a field.", "Name the field before it.");
            return null;
        }
        if (Matchers(test.Modifiers, test.Values, keywords: true) is not { } matchers) return null;
        WarnOfAll(test.Modifiers, test.Values, test.Place);
        var node = Join(matchers, test.Modifiers, m => new KeywordNode(m, scope.IsElement));
        return test.Modifiers.Contains("neq") ? NotNode.Of(node) : node;
    }

    static Node Join(List<ValueMatcher> matchers, IReadOnlyList<string> modifiers, Func<ValueMatcher, Node> leaf) =>
        modifiers.Contains("all") ? AndNode.Of(matchers.Select(leaf)) : leaf(Combine(matchers, modifiers.Contains("cased")));

    static ValueMatcher Combine(List<ValueMatcher> matchers, bool cased)
    {
        if (matchers.Count == 1) return matchers[0];
        var literals = matchers.OfType<GlobMatcher>().Where(m => m.PossibleTexts is not null).ToArray();
        if (literals.Length < 4) return new AnyMatcher(matchers);
        var set = new LiteralSetMatcher([.. literals.Select(m => m.Literal!)], cased);
        ValueMatcher[] rest = [.. matchers.Except(literals)];
        return rest.Length == 0 ? set : new AnyMatcher([set, .. rest]);
    }

    /// <summary>exists, null and fieldref ask about the field, not about its text. Null when it is none of them.</summary>
    Node? Special(FieldTest test, FieldSource? source)
    {
        var one = test.Values[0];
        if (source is null) return null;
        if (test.Modifiers.Contains("exists"))
        {
            var exists = new LeafNode(source, new ExistsTest());
            return one.Text == "true" ? exists : NotNode.Of(exists);
        }
        if (one.Kind == SigmaScalarKind.Null && test.Modifiers.All(m => m is "neq")) return new LeafNode(source, new NullTest());
        if (!test.Modifiers.Contains("fieldref") || test.Values.Any(v => v.Kind != SigmaScalarKind.Text)) return null;
        var how = test.Modifiers.FirstOrDefault(m => m is "contains" or "startswith" or "endswith") ?? "";
        var nodes = new List<Node>();
        foreach (var value in test.Values)
            if (scope.Bind(value.Text, value.Place, problems) is { } other) nodes.Add(new FieldReferenceNode(source, other, how, test.Modifiers.Contains("cased")));
        return nodes.Count == 0 ? null : test.Modifiers.Contains("all") ? AndNode.Of(nodes) : CountNode.Or(nodes);
    }

    /// <summary>One matcher for each value, in order; null when one was refused.</summary>
    List<ValueMatcher>? Matchers(IReadOnlyList<string> modifiers, IReadOnlyList<SigmaScalar> values, bool keywords)
    {
        var before = problems.Errors;
        var chain = new ModifierChain(modifiers, keywords, problems);
        var matchers = new List<ValueMatcher>(values.Count);
        foreach (var value in modifiers.Contains("expand") ? _expander.Expand(values) : values)
            if (chain.Compile(value) is { } matcher) matchers.Add(matcher);
        if (problems.Errors > before) return null;
        // Only while checking without lists can nothing be left: then anything will do.
        return matchers.Count > 0 ? matchers : [new GlobMatcher(Pattern.Literal(""), false)];
    }

    void WarnOfAll(IReadOnlyList<string> modifiers, IReadOnlyList<SigmaScalar> values, Place place)
    {
        if (modifiers.Contains("all") && values.Count == 1 && !modifiers.Contains("expand"))
            problems.Warning(Codes.AllOnOneValue, place, "'all' stands on a single value, where it says nothing.", "Remove 'all', or write a list.");
    }
}
