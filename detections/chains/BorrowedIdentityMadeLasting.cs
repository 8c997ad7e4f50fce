using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>A loan that becomes property.</summary>
[RuleId("4179faf6-866c-4ab1-b184-185d40bb156e")]
[Name("borrowed-identity-made-lasting"), Description("Someone acting as somebody else makes a credential or a binding that outlives the impersonation. Remove what was made, then the right to impersonate.")]
[Tag("attack.persistence"), Tag("attack.privilege-escalation"), Tag("attack.t1098"), Tag("attack.t1134")]
public class BorrowedIdentityMadeLasting : Rule
{
    const string Lasting = "privileged-binding|token-minted|client-certificate-requested|service-account-token-secret-created";

    static readonly Story Story = Story.Of("principal").Within("1h")
        .Steps("impersonation-used|superuser-impersonated", Lasting).OncePer("impersonation-used|superuser-impersonated")
        .Where(Lasting, (lasting, _) => lasting.Event.Impersonated);

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("critical", Story.Evidence(end)));
    }
}
