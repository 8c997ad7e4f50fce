using System.Linq.Expressions;
using NRules.RuleModel;
using NRules.RuleModel.Builders;

namespace AuditWatch.Detection.Counting;

/// <summary>The NRules rule of one temporal correlation, so that the judge can name, count and stop it as it does a chain. Whether its window holds is asked of the keyed state beside the session.</summary>
static class TemporalRules
{
    public static IRuleDefinition Build(CorrelationRule correlation)
    {
        var rule = new RuleBuilder();
        rule.Name(correlation.Identity.Name);
        rule.Description(correlation.Identity.Rule.Title);
        var id = correlation.Identity.Id;
        Expression<Func<HeldCorrelation, bool>> isIt = held => held.Sighting.By.Id == id;
        rule.LeftHandSide().Pattern(typeof(HeldCorrelation), "held").Condition(isIt);
        Expression<Action<IContext, HeldCorrelation>> find = (context, held) => held.Find();
        rule.RightHandSide().Action(find);
        return rule.Build();
    }
}
