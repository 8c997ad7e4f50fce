using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AuditWatch.Server.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace AuditWatch.Server.Hosting;

/// <summary>
/// Who this server says it is, and whose client certificates it believes. Its files are looked at again when they change, so certificates rotate without a restart.
/// </summary>
sealed class ServerTls
{
    static readonly Oid s_clientAuthentication = new("1.3.6.1.5.5.7.3.2");

    readonly RotatingFile<SslStreamCertificateContext> _certificate;
    readonly RotatingFile<X509Certificate2Collection>? _authorities;

    /// <exception cref="StartFault">A file cannot be used.</exception>
    public ServerTls(AuditWatchConfig config, TimeProvider clock)
    {
        try
        {
            _certificate = new(config.TlsCert!, () => Load(config.TlsCert!, config.TlsKey!), clock);
        }
        catch (Exception fault) when (fault is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new StartFault($"--tls-cert '{config.TlsCert}' with --tls-key '{config.TlsKey}' cannot be used: {fault.Message}");
        }

        if (config.ClientCa is null) return;
        try
        {
            _authorities = new(config.ClientCa, () => LoadAuthorities(config.ClientCa), clock);
        }
        catch (Exception fault) when (fault is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new StartFault($"--client-ca '{config.ClientCa}' cannot be used: {fault.Message}");
        }
    }

    /// <summary>Kestrel's way to ask at every handshake.</summary>
    public TlsHandshakeCallbackOptions Handshakes() => new() { OnConnection = _ => ValueTask.FromResult(Options()) };

    SslServerAuthenticationOptions Options() => new()
    {
        ServerCertificateContext = _certificate.Value,
        // Asked for, not insisted on: a bearer token is as good.
        ClientCertificateRequired = _authorities is not null,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        RemoteCertificateValidationCallback = (_, client, sent, _) => client is null || (_authorities is not null && IsIssuedBy((X509Certificate2)client, sent, _authorities.Value)),
    };

    // What the file holds behind the server's own certificate are the authorities between it and its root; clients know only the root.
    static SslStreamCertificateContext Load(string certificate, string key)
    {
        var own = X509Certificate2.CreateFromPemFile(certificate, key);
        var all = new X509Certificate2Collection();
        all.ImportFromPemFile(certificate);
        X509Certificate2[] between = [.. all.Where(c => !c.RawDataMemory.Span.SequenceEqual(own.RawDataMemory.Span))];
        return SslStreamCertificateContext.Create(own, [.. between], offline: true);
    }

    static X509Certificate2Collection LoadAuthorities(string file)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(file);
        return authorities.Count > 0 ? authorities : throw new CryptographicException("it holds no PEM certificate.");
    }

    static bool IsIssuedBy(X509Certificate2 client, X509Chain? sent, X509Certificate2Collection authorities)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        // Clients may send the authorities between theirs and ours.
        if (sent is not null) chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(s_clientAuthentication);
        return chain.Build(client);
    }
}
