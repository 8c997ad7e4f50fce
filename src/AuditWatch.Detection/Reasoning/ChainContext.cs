using NRules.Fluent.Dsl;
using NRules.RuleModel;

namespace AuditWatch.Detection.Reasoning;

/// <summary>What the action of a chain can do.</summary>
public static class ChainContext
{
    /// <summary>Raises the chain's alert, at a level, on its evidence.</summary>
    public static void Raise(this IContext context, string level, StoryEvidence evidence)
    {
        var past = evidence.End.Past ?? throw new InvalidOperationException("The sighting was never placed.");
        past.Findings.Add(new Finding(ChainIdentity.Of(context.Rule, level, evidence.Story), level, evidence.End, evidence) { IsOrdered = true });
    }
}
