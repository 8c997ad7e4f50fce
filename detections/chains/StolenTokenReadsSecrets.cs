using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>The story of a token that was minted for a service account and then carried away. Where a credential was issued and where it lives is followed by the event layer (<c>credential-issued</c>, <c>credential-elsewhere</c>).</summary>
[RuleId("7b1d9f0a-52c4-4e0d-9c5e-3a6f1d2b8e41")]
[Name("stolen-token-reads-secrets"), Description("A service account's token reads secrets from an address where it does not live. Find out who could read the token where it was minted for, revoke it by deleting the pod or the account, and rotate every secret it read.")]
[Tag("attack.credential-access"), Tag("attack.lateral-movement"), Tag("attack.t1528"), Tag("attack.t1550.001"), Tag("attack.t1552.007")]
public class StolenTokenReadsSecrets : Rule
{
    static readonly Story Story = Story.Of("credential").Within("24h")
        .Steps("credential-issued", "credential-elsewhere", "secret-read").OncePer("credential-elsewhere")
        .Where("credential-elsewhere", (elsewhere, read) => elsewhere.Ip == read.Ip);   // the thief reads, not the owner

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting read = default!;

        When().Match(() => read, s => s.Rule == "secret-read", s => Story.EndsWith(s));

        Then().Do(context => context.Raise("critical", Story.Evidence(read)));
    }
}
