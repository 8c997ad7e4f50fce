using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AuditWatch.Tests.Running;

/// <summary>An authority of its own for one test, and what it issues.</summary>
internal sealed class Certificates
{
    static readonly DateTimeOffset From = DateTimeOffset.UtcNow.AddDays(-1), Until = DateTimeOffset.UtcNow.AddDays(2);
    readonly X509Certificate2 _authority;
    readonly string _folder = Directory.CreateTempSubdirectory("aw-pki").FullName;

    public Certificates()
    {
        var request = new CertificateRequest("CN=test authority", ECDsa.Create(ECCurve.NamedCurves.nistP256), HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        // Which of two authorities of one name a certificate is from, is told by this.
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _authority = request.CreateSelfSigned(From, Until);
        AuthorityFile = Path.Combine(_folder, "ca.crt");
        File.WriteAllText(AuthorityFile, _authority.ExportCertificatePem());
        using var server = Issue("127.0.0.1", "1.3.6.1.5.5.7.3.1");
        File.WriteAllText(ServerFile, server.ExportCertificatePem());
        File.WriteAllText(ServerKeyFile, server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    public string AuthorityFile { get; }

    public string ServerFile => Path.Combine(_folder, "server.crt");

    public string ServerKeyFile => Path.Combine(_folder, "server.key");

    public X509Certificate2 Client(string name, bool isOver = false) => Issue(name, "1.3.6.1.5.5.7.3.2", isOver ? DateTimeOffset.UtcNow.AddMinutes(-1) : Until);

    /// <summary>Whether this authority issued the server's certificate.</summary>
    public bool IssuedServer(X509Certificate server) => server.GetRawCertData().AsSpan().SequenceEqual(X509Certificate2.CreateFromPem(File.ReadAllText(ServerFile)).RawData);

    X509Certificate2 Issue(string name, string usage, DateTimeOffset? until = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        using var issued = request.Create(_authority, From, until ?? Until, RandomNumberGenerator.GetBytes(8));
        using var withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }
}
