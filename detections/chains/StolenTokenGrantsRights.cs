using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>A token that was carried away is used to stay.</summary>
[RuleId("f576991e-cf06-4ef3-b949-0ed595f22dfe")]
[Name("stolen-token-grants-rights"), Description("A service account's token changes roles or bindings from an address where it does not live. Take back what was granted before revoking the token: the rights outlive it.")]
[Tag("attack.privilege-escalation"), Tag("attack.persistence"), Tag("attack.t1550.001"), Tag("attack.t1098.006")]
public class StolenTokenGrantsRights : Rule
{
    static readonly Story Story = Story.Of("credential").Within("24h")
        .Steps("credential-issued", "credential-elsewhere", "privileged-binding|rbac-changed").OncePer("credential-elsewhere")
        .Where("credential-elsewhere", (elsewhere, grant) => elsewhere.Ip == grant.Ip);

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("critical", Story.Evidence(end)));
    }
}
