using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AuditWatch.Server.Configuration;
using AuditWatch.Server.Hosting;
using Xunit;

namespace AuditWatch.Server.Tests.Hosting;

/// <summary>Handshakes between programs that know a root, and certificates that another authority issued.</summary>
public sealed class ServerTlsTests : IDisposable
{
    static readonly DateTimeOffset From = DateTimeOffset.UtcNow.AddDays(-1), Until = DateTimeOffset.UtcNow.AddDays(2);
    static readonly string[] s_use = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"];

    readonly string _folder = Directory.CreateTempSubdirectory("aw-tls").FullName;
    readonly X509Certificate2 _root, _between;

    public ServerTlsTests()
    {
        _root = Issue("root", null, isAuthority: true);
        _between = Issue("between", _root, isAuthority: true);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_client_that_knows_only_the_root_is_shown_the_authority_between()
    {
        using var server = Issue("127.0.0.1", _between);
        Assert.True(await TrustsAsync(Tls(server, _between)));
        // The same without it: the check can fail.
        Assert.False(await TrustsAsync(Tls(server)));
    }

    [Fact]
    public async Task A_client_may_show_the_authority_between_too()
    {
        using X509Certificate2 server = Issue("127.0.0.1", _root), client = Issue("edge-7", _between), foreign = Issue("foreign", null, isAuthority: true), stranger = Issue("edge-7", foreign);
        var tls = Tls(server);
        Assert.True(await TrustsAsync(tls, SslStreamCertificateContext.Create(client, [_between], offline: true)));
        Assert.False(await TrustsAsync(tls, SslStreamCertificateContext.Create(stranger, [foreign], offline: true)));
        Assert.True(await TrustsAsync(tls), "a certificate of the client is insisted on");
    }

    [Fact]
    public void A_file_that_cannot_be_used_is_a_sentence()
    {
        using var server = Issue("127.0.0.1", _root);
        var config = Files(server);
        File.WriteAllText(config.ClientCa!, "none");
        Assert.Contains("--client-ca", Assert.Throws<StartFault>(() => new ServerTls(config, TimeProvider.System)).Message, StringComparison.Ordinal);
        File.WriteAllText(config.TlsKey!, "none");
        Assert.Contains("--tls-key", Assert.Throws<StartFault>(() => new ServerTls(config, TimeProvider.System)).Message, StringComparison.Ordinal);
    }

    // Whether both sides come to terms.
    async Task<bool> TrustsAsync(ServerTls tls, SslStreamCertificateContext? client = null)
    {
        var stop = TestContext.Current.CancellationToken;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var dialled = new TcpClient();
        await dialled.ConnectAsync((IPEndPoint)listener.LocalEndpoint, stop);
        using var taken = await listener.AcceptTcpClientAsync(stop);
        await using SslStream ours = new(taken.GetStream()), theirs = new(dialled.GetStream());
        var chain = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        chain.CustomTrustStore.Add(_root);
        try
        {
            await Task.WhenAll(
                ours.AuthenticateAsServerAsync(await tls.Handshakes().OnConnection(null!), stop),
                AskAsync(theirs, new SslClientAuthenticationOptions { TargetHost = "127.0.0.1", CertificateChainPolicy = chain, ClientCertificateContext = client }, stop));
            return true;
        }
        catch (Exception fault) when (fault is System.Security.Authentication.AuthenticationException or IOException)
        {
            return false;
        }
    }

    static async Task AskAsync(SslStream stream, SslClientAuthenticationOptions options, CancellationToken stop)
    {
        try
        {
            await stream.AuthenticateAsClientAsync(options, stop);
        }
        catch
        {
            // The other side must not wait for an answer.
            stream.Close();
            throw;
        }
    }

    ServerTls Tls(X509Certificate2 server, params X509Certificate2[] behind) => new(Files(server, behind), TimeProvider.System);

    AuditWatchConfig Files(X509Certificate2 server, params X509Certificate2[] behind)
    {
        string Write(string name, params string[] pem)
        {
            File.WriteAllLines(Path.Combine(_folder, name), pem);
            return Path.Combine(_folder, name);
        }

        return new AuditWatchConfig
        {
            TlsCert = Write("tls.crt", [server.ExportCertificatePem(), .. behind.Select(c => c.ExportCertificatePem())]),
            TlsKey = Write("tls.key", server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
            ClientCa = Write("ca.crt", _root.ExportCertificatePem()),
        };
    }

    static X509Certificate2 Issue(string name, X509Certificate2? by, bool isAuthority = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        if (!isAuthority)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([.. s_use.Select(use => new Oid(use))], true));
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
        }

        if (by is null)
        {
            using var own = request.CreateSelfSigned(From, Until);
            return X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pkcs12), null);
        }

        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(by, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        using var issued = request.Create(by, From, Until.AddMinutes(-1), RandomNumberGenerator.GetBytes(8));
        using var withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }
}
