using System.Linq.Expressions;
using NRules.RuleModel;
using NRules.RuleModel.Builders;

namespace AuditWatch.Detection.Reasoning;

/// <summary>
/// The NRules rule behind every Sigma rule that raises alerts by itself. One for all of them, built through the rule model: the event layer has already decided
/// which rule holds, so one node more per rule would only cost.
/// </summary>
static class DirectRules
{
    public const string Name = "direct";

    public static IRuleDefinition Build()
    {
        var rule = new RuleBuilder();
        rule.Name(Name);
        rule.Description("A rule that raises alerts by itself held on an event.");
        Expression<Func<Arrived, bool>> raises = arrived => arrived.Sighting.By.RaisesAlert;
        rule.LeftHandSide().Pattern(typeof(Arrived), "arrived").Condition(raises);
        Expression<Action<IContext, Arrived>> find = (context, arrived) => arrived.Find();
        rule.RightHandSide().Action(find);
        return rule.Build();
    }
}
