using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Lint;

/// <summary>One way in which a condition can hold.</summary>
sealed record ConditionTerm(IReadOnlyList<SigmaSelection> Wanted, IReadOnlyList<SigmaSelection> Refused);

/// <summary>Lays a condition out as alternatives of selections that must and must not hold.</summary>
static class ConditionTerms
{
    const int Most = 256;

    /// <summary>Empty when there would be too many to look at.</summary>
    public static IReadOnlyList<ConditionTerm> Of(ConditionNode root, IReadOnlyList<SigmaSelection> selections)
    {
        try
        {
            return Expand(root, positive: true, selections.ToDictionary(s => s.Name, StringComparer.Ordinal));
        }
        catch (OverflowException)
        {
            return [];
        }
    }

    static List<ConditionTerm> Expand(ConditionNode node, bool positive, Dictionary<string, SigmaSelection> byName) => node switch
    {
        ConditionName name => [positive ? new([byName[name.Name]], []) : new([], [byName[name.Name]])],
        ConditionNot not => Expand(not.Item, !positive, byName),
        ConditionAnd and => positive ? Product(and.Items, true, byName) : Sum(and.Items, false, byName),
        ConditionOr or => positive ? Sum(or.Items, true, byName) : Product(or.Items, false, byName),
        ConditionOf of => Of(of, positive, byName),
        _ => [new([], [])],
    };

    static List<ConditionTerm> Of(ConditionOf of, bool positive, Dictionary<string, SigmaSelection> byName)
    {
        ConditionNode[] names = [.. of.Names.Select(n => new ConditionName(n))];
        if (of.Count == 0) return positive ? Product(names, true, byName) : Sum(names, false, byName);
        if (of.Count == 1) return positive ? Sum(names, true, byName) : Product(names, false, byName);
        // "2 of …" is looked at as "1 of …": whatever cannot hold so cannot hold at all.
        return positive ? Sum(names, true, byName) : [new([], [])];
    }

    static List<ConditionTerm> Sum(IEnumerable<ConditionNode> items, bool positive, Dictionary<string, SigmaSelection> byName) =>
        Bounded([.. items.SelectMany(i => Expand(i, positive, byName))]);

    static List<ConditionTerm> Product(IEnumerable<ConditionNode> items, bool positive, Dictionary<string, SigmaSelection> byName)
    {
        List<ConditionTerm> terms = [new([], [])];
        foreach (var item in items)
        {
            var more = Expand(item, positive, byName);
            if ((long)terms.Count * more.Count > Most) throw new OverflowException();
            terms = [.. terms.SelectMany(t => more.Select(m => new ConditionTerm([.. t.Wanted, .. m.Wanted], [.. t.Refused, .. m.Refused])))];
        }

        return terms;
    }

    static List<ConditionTerm> Bounded(List<ConditionTerm> terms) => terms.Count > Most ? throw new OverflowException() : terms;
}
