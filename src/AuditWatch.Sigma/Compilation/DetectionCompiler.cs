using AuditWatch.Sigma.Evaluation;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Sigma.Compilation;

/// <summary>Turns selections and conditions into nodes.</summary>
internal sealed class DetectionCompiler(FieldScope scope, IListSource? lists, ProblemList problems)
{
    readonly ItemCompiler _items = new(scope, lists, problems);

    /// <summary>Checks everything that needs neither schema nor lists, so that parsing alone finds it.</summary>
    public static void Check(SigmaDetection detection, string file, ProblemList problems) =>
        new DetectionCompiler(new EventScope(new AnySchema()), null, problems).Compile(detection, "");

    /// <summary>Null when something was wrong. The prefix tells a filter's selections from the rule's in explanations.</summary>
    public Node? Compile(SigmaDetection detection, string prefix)
    {
        var before = problems.Errors;
        var selections = new Dictionary<string, Node>(StringComparer.Ordinal);
        foreach (var selection in detection.Selections)
            if (Criterion(selection.Body) is { } body) selections[selection.Name] = new SelectionNode(prefix + selection.Name, body);
        if (problems.Errors > before) return null;
        return CountNode.Or(detection.Conditions.Select(c => Condition(c.Root, selections)));
    }

    static Node Condition(ConditionNode node, Dictionary<string, Node> selections) => node switch
    {
        ConditionName name => selections[name.Name],
        ConditionNot not => NotNode.Of(Condition(not.Item, selections)),
        ConditionAnd and => AndNode.Of(and.Items.Select(i => Condition(i, selections))),
        ConditionOr or => CountNode.Or(or.Items.Select(i => Condition(i, selections))),
        ConditionOf { Count: 0 } all => AndNode.Of(all.Names.Select(n => selections[n])),
        ConditionOf of => CountNode.AtLeast(of.Count, of.Names.Select(n => selections[n])),
        _ => throw new ArgumentException($"No node is made of {node.GetType().Name}."),
    };

    Node? Criterion(Criterion criterion)
    {
        switch (criterion)
        {
            case AllOf all: return Several(all.Items) is { } items ? AndNode.Of(items) : null;
            case AnyOf any: return Several(any.Items) is { } choices ? CountNode.Or(choices) : null;
            case FieldTest field: return _items.Field(field);
            case KeywordTest keywords: return _items.Keywords(keywords);
            case NestedDetection nested: return Compile(nested.Detection, "");
            case ArrayTest array:
                var source = scope.Bind(array.Field, array.Place, problems);
                var body = (scope.IsElement ? this : new DetectionCompiler(FieldScope.Element, lists, problems)).Criterion(array.Body);
                return source is null || body is null ? null : ArrayNode.Of(source, array.Quantifier, array.Index, body);
            default: throw new ArgumentException($"No node is made of {criterion.GetType().Name}.");
        }
    }

    List<Node>? Several(IReadOnlyList<Criterion> items)
    {
        var nodes = new List<Node>(items.Count);
        foreach (var item in items)
            if (Criterion(item) is { } node) nodes.Add(node);
        return nodes.Count == items.Count ? nodes : null;
    }

    sealed class AnySchema : IFieldSchema
    {
        public bool TryBind(string field, out int slot, out string? problem)
        {
            (slot, problem) = (0, null);
            return true;
        }
    }
}
