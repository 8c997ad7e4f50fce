using static AuditWatch.Detection.Tests.Chains.Deeds;

namespace AuditWatch.Detection.Tests.Chains;

public sealed class OfCertificates
{
    [Fact]
    public void A_certificate_that_is_asked_for_approved_and_used_is_told()
    {
        var use = ReadSecrets(600).By("svc-reporting").With("X509SHA256=1");
        Told.Once("certificate-made-and-used", "critical", Csr(0), Approve(60), use);
        Told.Never("certificate-made-and-used", Csr(0), Approve(60), use.By("somebody-else"));
        Told.Never("certificate-made-and-used", Csr(0), use with { At = 30 }, Approve(60));
        Told.Unknown("certificate-made-and-used", "level_too_low", Csr(0).Blind(), Approve(60).Blind(), use);
    }

    [Fact]
    public void A_requester_who_approves_is_told()
    {
        Told.Once("certificate-approved-by-its-requester", "critical", Csr(0), Approve(60));
        Told.Never("certificate-approved-by-its-requester", Csr(0), Approve(60).By("carol"));
        Told.Never("certificate-approved-by-its-requester", Csr(0), Approve(60, "csr-2"));
        Told.Unknown("certificate-approved-by-its-requester", "level_too_low", Csr(0).Blind(), Approve(60));
    }

    [Fact]
    public void A_request_that_is_swept_away_after_its_approval_is_told_even_without_bodies()
    {
        Told.Once("certificate-request-removed-after-approval", "high", Approve(0).Blind(), DeleteCsr(60));
        Told.Never("certificate-request-removed-after-approval", Approve(0), DeleteCsr(60, "csr-2"));
        Told.Never("certificate-request-removed-after-approval", Csr(0), DeleteCsr(60));
    }
}
