using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using NRules.Fluent.Dsl;

namespace AuditWatch.Detection.Chains;

/// <summary>No second pair of eyes.</summary>
[RuleId("1244ac20-a7d1-4a76-99c3-6cf50e58538f")]
[Name("certificate-approved-by-its-requester"), Description("Someone requests a client certificate and approves it too. Whoever can do both can be anyone; find out whom the certificate is for, and take that identity's rights away.")]
[Tag("attack.persistence"), Tag("attack.t1649")]
public class CertificateApprovedByItsRequester : Rule
{
    static readonly Story Story = Story.Of("object").Within("24h")
        .Steps("client-certificate-requested", "certificate-request-approved-by-hand")
        .Where("client-certificate-requested", (request, approval) => request.Event.User == approval.Event.User);

    /// <inheritdoc/>
    public override void Define()
    {
        Sighting end = default!;

        When().Match(() => end, s => Story.EndsWith(s));

        Then().Do(context => context.Raise("critical", Story.Evidence(end)));
    }
}
