using System.Buffers.Text;
using System.Text;
using AuditWatch.Events.Scanning;

namespace AuditWatch.Events.Model;

// What a CertificateSigningRequest asks to be called.
public sealed partial class AuditEvent
{
    CertificateRequestFacts? _certificateRequest;
    bool _certificateRequestKnown;

    DerivedValue OfCertificateRequest(DerivedField field)
    {
        var request = OfWritten("certificatesigningrequests"u8, default, "spec"u8, "request"u8, anySubresource: true);
        if (request.Kind != AnswerKind.Text) return request;
        if (!_certificateRequestKnown)
        {
            _certificateRequestKnown = true;
            _certificateRequest = CertificateRequestFacts.TryRead(request.Utf8.Span, out var read) ? read : null;
        }

        if (_certificateRequest is not { } facts) return DerivedValue.Unknown(UnknownReason.Malformed);
        return field switch
        {
            DerivedField.CsrCommonName => Of(facts.CommonName),
            DerivedField.CsrKeyType => Of(facts.KeyType),
            DerivedField.CsrNames => Of(facts.AlternativeNames),
            _ => Of(facts.Organizations),
        };
    }

    void ForgetCertificateRequest() => _certificateRequestKnown = false;
}
