using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>A token that was carried away opens shells.</summary>
[RuleId("778025d3-68df-4aab-92d4-27662d9dd601")]
[Name("stolen-token-enters-pods"), Description("A service account's token runs commands in pods from an address where it does not live. Find out who could read the token, revoke it by deleting its pod or account, and treat every pod that was entered as compromised.")]
[Tag("attack.lateral-movement"), Tag("attack.execution"), Tag("attack.t1528"), Tag("attack.t1550.001"), Tag("attack.t1609")]
public class StolenTokenEntersPods : Rule
{
    static readonly Story Story = Story.Of("credential").Within("24h")
        .Steps("credential-issued", "credential-elsewhere", "exec-into-pod").OncePer("credential-elsewhere")
        .Where("credential-elsewhere", (elsewhere, entry) => elsewhere.Ip == entry.Ip);   // the thief, not the owner

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("critical", Story.Evidence(end)));
    }
}
