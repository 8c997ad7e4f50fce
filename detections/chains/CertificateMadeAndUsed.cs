using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>A certificate that was got by hand comes into use. Whom a certificate is for the body of the request tells.</summary>
[RuleId("bc33fbd5-e4ac-4a4a-b4f2-081ac2192a17")]
[Name("certificate-made-and-used"), Description("An identity acts for the first time after a certificate for it was approved by hand. The certificate cannot be revoked: find the key's holder, and take the identity's rights away until it expires.")]
[Tag("attack.persistence"), Tag("attack.credential-access"), Tag("attack.t1649"), Tag("attack.t1078.004")]
public class CertificateMadeAndUsed : Rule
{
    const string Act = "secret-read|exec-into-pod|workload-created|rbac-changed|token-minted|objects-listed-by-person|refused";

    static readonly Story Story = Story.Of("actor").Within("24h")
        .Steps("certificate-request-approved-by-hand", "first-act-since-certified", Act).OncePer("certificate-request-approved-by-hand");

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("critical", Story.Evidence(end)));
    }
}
