using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>Power that is used to destroy.</summary>
[RuleId("ee6f174e-239b-4f3d-b413-ee86e35f735d")]
[Name("takeover-then-destruction"), Description("Someone who was bound to a privileged role within a day deletes in bulk. Stop the account first; then restore from backups that it could not reach.")]
[Tag("attack.impact"), Tag("attack.privilege-escalation"), Tag("attack.t1485"), Tag("attack.t1098.006")]
public class TakeoverThenDestruction : Rule
{
    static readonly Story Story = Story.Of("actor").Within("24h")
        .Steps("privileged-binding", "first-act-since-bound", "deleted-in-bulk").OncePer("privileged-binding");

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("critical", Story.Evidence(end)));
    }
}
