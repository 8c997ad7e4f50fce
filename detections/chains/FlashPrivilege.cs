using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>Rights that are there only while they are needed, and gone when somebody looks.</summary>
[RuleId("4a8e0ec9-8500-4c93-b991-340ba463d425")]
[Name("flash-privilege"), Description("A binding to a privileged role is made and removed again within a quarter of an hour. What its subjects did in between is what it was for: read their timeline.")]
[Tag("attack.privilege-escalation"), Tag("attack.defense-evasion"), Tag("attack.t1098.006"), Tag("attack.t1070")]
public class FlashPrivilege : Rule
{
    static readonly Story Story = Story.Of("object").Within("15m")
        .Steps("privileged-binding", "binding-deleted").OncePer("privileged-binding");

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("high", Story.Evidence(end)));
    }
}
