using System.Linq.Expressions;
using NRules.RuleModel;
using NRules.RuleModel.Builders;

namespace AuditWatch.Detection.Counting;

/// <summary>The NRules rule behind every counted correlation; as with direct rules, the event layer has already decided which of them holds.</summary>
static class CountedRules
{
    public const string Name = "counted";

    public static IRuleDefinition Build()
    {
        var rule = new RuleBuilder();
        rule.Name(Name);
        rule.Description("A counted correlation that raises alerts held.");
        Expression<Func<HeldCorrelation, bool>> raises = held => held.Sighting.By.RaisesAlert && !held.IsTemporal;
        rule.LeftHandSide().Pattern(typeof(HeldCorrelation), "held").Condition(raises);
        Expression<Action<IContext, HeldCorrelation>> find = (context, held) => held.Find();
        rule.RightHandSide().Action(find);
        return rule.Build();
    }
}
