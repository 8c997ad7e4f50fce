using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AuditWatch.Server.Configuration;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace AuditWatch.Server.Access;

/// <summary>
/// What an OpenID Connect provider says of itself, keys above all: fetched when first needed, again every hour, and at once when a token is signed with a key that is not
/// known (but not more often than every half minute, whoever sends tokens). While it is out of reach, what it said last holds.
/// </summary>
sealed class OidcProvider(OidcConfig config, TimeProvider clock) : IDisposable
{
    static readonly TimeSpan s_holds = TimeSpan.FromHours(1), s_leastPause = TimeSpan.FromSeconds(30);

    readonly HttpClient _http = new(HandlerOf(config.CaFile)) { Timeout = TimeSpan.FromSeconds(10), MaxResponseContentBufferSize = 1 << 20 };
    readonly SemaphoreSlim _fetching = new(1, 1);
    OpenIdConnectConfiguration? _said;
    long? _asked;

    /// <summary>What it said; null when it could never be asked.</summary>
    public async Task<OpenIdConnectConfiguration?> ReadAsync(bool keyIsUnknown, CancellationToken stop)
    {
        if (_said is { } known && !IsDue(keyIsUnknown)) return known;
        await _fetching.WaitAsync(stop);
        try
        {
            if (!IsDue(keyIsUnknown)) return _said;
            _asked = clock.GetTimestamp();
            var documents = new HttpDocumentRetriever(_http) { RequireHttps = config.Issuer.StartsWith("https:", StringComparison.Ordinal) };
            var said = await OpenIdConnectConfigurationRetriever.GetAsync($"{config.Issuer.TrimEnd('/')}/.well-known/openid-configuration", documents, stop);
            // Another issuer's document would let that issuer speak for this one.
            if (said.Issuer == config.Issuer) _said = said;
        }
        catch (Exception fault) when (fault is IOException or HttpRequestException or InvalidOperationException or ArgumentException or OperationCanceledException && !stop.IsCancellationRequested)
        {
            // Out of reach, or no provider: what it said last holds.
        }
        finally
        {
            _fetching.Release();
        }
        return _said;
    }

    public void Dispose()
    {
        _http.Dispose();
        _fetching.Dispose();
    }

    bool IsDue(bool keyIsUnknown)
    {
        if (_asked is not { } asked) return true;
        var age = clock.GetElapsedTime(asked);
        return age > s_holds || ((keyIsUnknown || _said is null) && age > s_leastPause);
    }

    static SocketsHttpHandler HandlerOf(string? caFile)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
        if (caFile is null) return handler;
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(caFile);
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        return handler;
    }
}
