using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using AuditWatch.Server.Configuration;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace AuditWatch.Server.Hosting;

/// <summary>Where and how Kestrel listens.</summary>
static class KestrelSetup
{
    public static void Apply(KestrelServerOptions kestrel, AuditWatchConfig config)
    {
        kestrel.AddServerHeader = false;
        // An API server's batch has no limit of its own (400 events of any size); the receiver streams it and bounds what is in flight.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(3);
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(10));
        kestrel.Limits.Http2.InitialConnectionWindowSize = 4 << 20;
        kestrel.Limits.Http2.InitialStreamWindowSize = 2 << 20;
        foreach (var text in config.Listen)
        {
            if (!ListenRules.TryParse(text, out var url)) continue;
            void Options(ListenOptions listen)
            {
                listen.Protocols = url.Scheme == "https" ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
                if (url.Scheme == "https") listen.UseHttps(https => Tls(https, config));
            }
            if (url.Host == "localhost") kestrel.ListenLocalhost(url.Port, Options);
            else if (IPAddress.TryParse(url.Host.Trim('[', ']'), out var address)) kestrel.Listen(address, url.Port, Options);
            else kestrel.ListenAnyIP(url.Port, Options);
        }
    }

    static void Tls(HttpsConnectionAdapterOptions https, AuditWatchConfig config)
    {
        // Files are looked at again when they change, so certificates rotate without a restart.
        var certificate = new RotatingFile<X509Certificate2>(config.TlsCert!, () => LoadWithKey(config.TlsCert!, config.TlsKey!));
        https.ServerCertificateSelector = (_, _) => certificate.Value;
        if (config.ClientCa is null) return;
        var authorities = new RotatingFile<X509Certificate2Collection>(config.ClientCa, () => LoadAuthorities(config.ClientCa));
        https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
        https.CheckCertificateRevocation = false;
        https.ClientCertificateValidation = (client, _, errors) =>
            (errors & SslPolicyErrors.RemoteCertificateNotAvailable) == 0 && IsIssuedBy(client, authorities.Value);
    }

    static bool IsIssuedBy(X509Certificate2 client, X509Certificate2Collection authorities)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid("1.3.6.1.5.5.7.3.2"));
        return chain.Build(client);
    }

    /// <summary>Loads certificate and key once before listening, so that a bad file is a sentence and not a failed handshake.</summary>
    public static void Check(AuditWatchConfig config)
    {
        if (!config.Listen.Any(l => l.StartsWith("https:", StringComparison.Ordinal))) return;
        try
        {
            LoadWithKey(config.TlsCert!, config.TlsKey!).Dispose();
        }
        catch (Exception fault) when (fault is System.Security.Cryptography.CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new StartFault($"--tls-cert '{config.TlsCert}' with --tls-key '{config.TlsKey}' cannot be used: {fault.Message}");
        }
        if (config.ClientCa is not null && LoadAuthorities(config.ClientCa).Count == 0) throw new StartFault($"--client-ca '{config.ClientCa}' holds no PEM certificate.");
    }

    static X509Certificate2 LoadWithKey(string certificate, string key) => X509Certificate2.CreateFromPemFile(certificate, key);

    static X509Certificate2Collection LoadAuthorities(string file)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(file);
        return authorities;
    }
}
