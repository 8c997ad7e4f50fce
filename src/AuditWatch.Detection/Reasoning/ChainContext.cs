using NRules.Fluent.Dsl;
using NRules.RuleModel;

namespace AuditWatch.Detection.Reasoning;

/// <summary>What the action of a chain can do.</summary>
public static class ChainContext
{
    // A chain tells one story per end, or a few; more is a flood.
    const int MostPerEnd = 8;

    /// <summary>Raises the chain's alert, at a level, on its evidence.</summary>
    public static void Raise(this IContext context, string level, StoryEvidence evidence)
    {
        var past = evidence.End.Past ?? throw new InvalidOperationException("The sighting was never placed.");
        if (past.Findings.Count(f => f.End == evidence.End && f.By.Name == context.Rule.Name) >= MostPerEnd)
            throw new InvalidOperationException($"The chain {context.Rule.Name} raised {MostPerEnd} alerts on one sighting; it is cut off there.");
        past.Findings.Add(new Finding(ChainIdentity.Of(context.Rule, level, evidence.Story), level, evidence.End, evidence) { IsOrdered = true });
    }
}
