using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Sigma.Correlation;

/// <summary>The condition of a temporal correlation: which of its rules matched within the window.</summary>
public static class TemporalCondition
{
    /// <summary>Whether the rules that matched satisfy the correlation; without a condition every rule must have.</summary>
    public static bool Holds(SigmaCorrelation correlation, Func<string, bool> matched)
    {
        ArgumentNullException.ThrowIfNull(correlation);
        return correlation.Condition is { } condition ? Holds(condition.Root, matched) : correlation.Rules.All(matched);
    }

    static bool Holds(ConditionNode node, Func<string, bool> matched) => node switch
    {
        ConditionName name => matched(name.Name),
        ConditionNot not => !Holds(not.Item, matched),
        ConditionAnd and => and.Items.All(i => Holds(i, matched)),
        ConditionOr or => or.Items.Any(i => Holds(i, matched)),
        ConditionOf of => of.Names.Count(matched) >= (of.Count == 0 ? of.Names.Count : of.Count),
        _ => throw new ArgumentException($"{node.GetType().Name} is no part of a condition.", nameof(node)),
    };
}
