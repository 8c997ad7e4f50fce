using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>What passes a webhook, its owner knows.</summary>
[RuleId("1b04c79f-d3fe-4357-b417-50d124922dc0")]
[Name("webhook-in-the-middle"), Description("A secret is written while an admission webhook that sees secrets, or leads outside, was just registered. Treat the secret as known to whoever answers the webhook.")]
[Tag("attack.credential-access"), Tag("attack.t1557"), Tag("attack.t1552.007")]
public class WebhookInTheMiddle : Rule
{
    static readonly Story Story = Story.Of("cluster").Within("1h")
        .Steps("admission-webhook-sees-secrets|admission-webhook-to-outside", "secret-written").OncePer("admission-webhook-sees-secrets|admission-webhook-to-outside");

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("critical", Story.Evidence(end)));
    }
}
