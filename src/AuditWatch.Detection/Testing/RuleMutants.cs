using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Testing;

/// <summary>Versions of a detection in each of which one question is taken for answered.</summary>
static class RuleMutants
{
    /// <summary>A mutant: where the question stands, what it says, what it is taken for, and the detection that comes of it.</summary>
    public sealed record Mutant(string Selection, Criterion Leaf, bool TakenFor, SigmaDetection Detection);

    public static IEnumerable<Mutant> Of(SigmaDetection detection)
    {
        for (var i = 0; i < detection.Selections.Count; i++)
        {
            var (selection, at) = (detection.Selections[i], i);
            foreach (var (leaf, taken, body) in Of(selection.Body, isElement: false))
                yield return new(selection.Name, leaf, taken, detection with { Selections = [.. detection.Selections.Take(at), selection with { Body = body }, .. detection.Selections.Skip(at + 1)] });
        }
    }

    static IEnumerable<(Criterion Leaf, bool TakenFor, Criterion Body)> Of(Criterion criterion, bool isElement)
    {
        switch (criterion)
        {
            case AllOf all: return Each(all.Items, isElement, items => all with { Items = items });
            case AnyOf any: return Each(any.Items, isElement, items => any with { Items = items });
            case ArrayTest array: return Of(array.Body, isElement: true).Select(m => (m.Leaf, m.TakenFor, (Criterion)(array with { Body = m.Body })));
            case NestedDetection nested: return Of(nested.Detection).Select(m => (m.Leaf, m.TakenFor, (Criterion)(nested with { Detection = m.Detection })));
            default: return [(criterion, true, Constant(true, isElement, criterion.Place)), (criterion, false, Constant(false, isElement, criterion.Place))];
        }
    }

    static IEnumerable<(Criterion, bool, Criterion)> Each(IReadOnlyList<Criterion> items, bool isElement, Func<IReadOnlyList<Criterion>, Criterion> with) =>
        items.SelectMany((item, i) => Of(item, isElement).Select(m => (m.Leaf, m.TakenFor, with([.. items.Take(i), m.Body, .. items.Skip(i + 1)]))));

    // Every event has a verb, every element is there.
    static FieldTest Constant(bool value, bool isElement, Place place) =>
        new(isElement ? "." : "verb", ["exists"], [new SigmaScalar(SigmaScalarKind.Boolean, value ? "true" : "false", place)], IsList: false, place);
}
