using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>Trying identities on until one fits.</summary>
[RuleId("f4b5c14b-d3fc-4e1d-acfa-3b5493740b6a")]
[Name("impersonation-found-by-trying"), Description("Someone is refused an impersonation and soon acts as somebody else after all. Find the right that let it through; it was looked for.")]
[Tag("attack.privilege-escalation"), Tag("attack.t1134"), Tag("attack.t1078.004")]
public class ImpersonationFoundByTrying : Rule
{
    static readonly Story Story = Story.Of("principal").Within("1h")
        .Steps("impersonation-refused", "impersonation-used").OncePer("impersonation-refused");

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("high", Story.Evidence(end)));
    }
}
