using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>A token that was carried away makes something run.</summary>
[RuleId("d6eb24ee-f551-4776-a854-5293e163c956")]
[Name("stolen-token-creates-workload"), Description("A service account's token creates a workload from an address where it does not live. Look at what it runs and as which account, remove it, and revoke the token by deleting its pod or account.")]
[Tag("attack.execution"), Tag("attack.lateral-movement"), Tag("attack.t1550.001"), Tag("attack.t1610")]
public class StolenTokenCreatesWorkload : Rule
{
    static readonly Story Story = Story.Of("credential").Within("24h")
        .Steps("credential-issued", "credential-elsewhere", "workload-created").OncePer("credential-elsewhere")
        .Where("credential-elsewhere", (elsewhere, created) => elsewhere.Ip == created.Ip);

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("critical", Story.Evidence(end)));
    }
}
