using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Testing;

/// <summary>Versions of a question in each of which one leaf of it is taken for answered.</summary>
static class RuleMutants
{
    /// <summary>A mutant: its leaf, what the leaf is taken for, and the question that comes of it; null where the leaf is the whole question.</summary>
    public sealed record Mutant(Criterion Leaf, bool TakenFor, Criterion? Question);

    /// <summary>Of a question outside of arrays, which is its own leaf, or of one about an array's elements.</summary>
    public static IEnumerable<Mutant> Of(Criterion question) => question is ArrayTest or NestedDetection
        ? Of(question, isElement: false).Select(m => new Mutant(m.Leaf, m.TakenFor, m.Body))
        : [new(question, true, null), new(question, false, null)];

    static IEnumerable<(Criterion Leaf, bool TakenFor, Criterion Body)> Of(Criterion criterion, bool isElement)
    {
        switch (criterion)
        {
            case AllOf all: return Each(all.Items, isElement, items => all with { Items = items });
            case AnyOf any: return Each(any.Items, isElement, items => any with { Items = items });
            case ArrayTest array: return Of(array.Body, isElement: true).Select(m => (m.Leaf, m.TakenFor, (Criterion)(array with { Body = m.Body })));
            case NestedDetection nested: return Of(nested.Detection, isElement).Select(m => (m.Leaf, m.TakenFor, (Criterion)(nested with { Detection = m.Detection })));
            default: return [(criterion, true, Constant(true, isElement, criterion.Place)), (criterion, false, Constant(false, isElement, criterion.Place))];
        }
    }

    static IEnumerable<(Criterion Leaf, bool TakenFor, SigmaDetection Detection)> Of(SigmaDetection detection, bool isElement) =>
        detection.Selections.SelectMany((selection, i) => Of(selection.Body, isElement).Select(m => (m.Leaf, m.TakenFor,
            detection with { Selections = [.. detection.Selections.Take(i), selection with { Body = m.Body }, .. detection.Selections.Skip(i + 1)] })));

    static IEnumerable<(Criterion, bool, Criterion)> Each(IReadOnlyList<Criterion> items, bool isElement, Func<IReadOnlyList<Criterion>, Criterion> with) =>
        items.SelectMany((item, i) => Of(item, isElement).Select(m => (m.Leaf, m.TakenFor, with([.. items.Take(i), m.Body, .. items.Skip(i + 1)]))));

    // Every event has a verb, every element is there.
    static FieldTest Constant(bool value, bool isElement, Place place) =>
        new(isElement ? "." : "verb", ["exists"], [new SigmaScalar(SigmaScalarKind.Boolean, value ? "true" : "false", place)], IsList: false, place);
}
