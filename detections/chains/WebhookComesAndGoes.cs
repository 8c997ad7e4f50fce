using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>A man in the middle who does not stay.</summary>
[RuleId("89221503-3cb4-4ab1-952a-7a7a1f7e79e9")]
[Name("webhook-comes-and-goes"), Description("An admission webhook is registered and removed again within the hour. Every object written in between passed through it, secrets among them: find out where it sent them.")]
[Tag("attack.credential-access"), Tag("attack.defense-evasion"), Tag("attack.t1557"), Tag("attack.t1070")]
public class WebhookComesAndGoes : Rule
{
    static readonly Story Story = Story.Of("object").Within("1h")
        .Steps("admission-webhook-changed", "admission-webhook-deleted").OncePer("admission-webhook-changed")
        .Where("admission-webhook-changed", (changed, gone) => changed.Event.Verb != "delete" && changed.Event.User == gone.Event.User);

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("high", Story.Evidence(end)));
    }
}
