using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>The paper trail of a certificate is swept away.</summary>
[RuleId("27936bfb-05b9-46a5-ab60-9b8d7ad06513")]
[Name("certificate-request-removed-after-approval"), Description("A certificate request is deleted soon after it was approved by hand. The certificate stays good; the object that shows whom it is for is gone, and this log is the only place that still tells.")]
[Tag("attack.defense-evasion"), Tag("attack.persistence"), Tag("attack.t1649"), Tag("attack.t1070")]
public class CertificateRequestRemovedAfterApproval : Rule
{
    static readonly Story Story = Story.Of("object").Within("24h")
        .Steps("certificate-request-approved-by-hand", "certificate-request-deleted").OncePer("certificate-request-approved-by-hand");

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("high", Story.Evidence(end)));
    }
}
