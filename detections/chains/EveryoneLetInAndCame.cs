using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>The door is opened, and somebody comes through.</summary>
[RuleId("03d36519-43b7-4988-8405-076314599cfa")]
[Name("everyone-let-in-and-came"), Description("Rights are granted to those without a login, and a request without one is let in. Remove the binding; what was asked since is in the timeline of system:anonymous.")]
[Tag("attack.initial-access"), Tag("attack.privilege-escalation"), Tag("attack.t1078.001"), Tag("attack.t1098.006")]
public class EveryoneLetInAndCame : Rule
{
    static readonly Story Story = Story.Of("actor").Within("24h")
        .Steps("rights-for-everyone", "anonymous-request-allowed").OncePer("rights-for-everyone");

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("critical", Story.Evidence(end)));
    }
}
