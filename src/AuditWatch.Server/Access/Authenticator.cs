using System.Security.Cryptography;
using System.Text;
using AuditWatch.Storage.State;
using Microsoft.AspNetCore.Http;

namespace AuditWatch.Server.Access;

/// <summary>
/// Tells who asks. While no user is configured (no token was ever made, no token file, no OIDC) whoever is on this machine may everything; from then on a bearer
/// token decides, on this machine too.
/// </summary>
sealed class Authenticator(StateStore state, string? tokenFile, TimeProvider clock, OidcTokens? oidc = null)
{
    readonly byte[]? _shared = tokenFile is null ? null : Hash(File.ReadAllText(tokenFile).Trim());
    volatile bool _anyUser = tokenFile is not null || oidc is not null;

    public async Task<Identity> IdentifyAsync(HttpContext context)
    {
        var stop = context.RequestAborted;
        if (context.Request.Headers.Authorization.Count > 0) return await OfTokenAsync(BearerToken.Of(context.Request), stop);
        if (_anyUser || (_anyUser = await state.HasApiTokensAsync(stop))) return Identity.Unknown("A bearer token is required: send one in the Authorization header.");
        return LoopbackGuard.Refuse(context) is { } why ? Identity.Unknown(why) : Identity.Of(Caller.Loopback);
    }

    async Task<Identity> OfTokenAsync(string? token, CancellationToken stop)
    {
        if (string.IsNullOrEmpty(token)) return Identity.Unknown("The Authorization header holds no bearer token.");
        if (_shared is not null && CryptographicOperations.FixedTimeEquals(Hash(token), _shared))
            return Identity.Of(new Caller("api_token_file", "token", [new RoleBinding(Role.Admin, null)]));
        if (oidc is not null && OidcTokens.IsOne(token)) return await oidc.IdentifyAsync(token, stop);
        if (await state.FindApiTokenAsync(token, stop) is not { } kept) return Identity.Unknown("The bearer token is not one that this server knows.");
        if (!kept.HoldsAt((clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond))
            return Identity.Unknown(kept.RevokedMicros is null ? "The bearer token has expired." : "The bearer token was revoked.");
        var bindings = new List<RoleBinding>();
        // A role that a newer version knew is worth nothing here, and takes none of the others away.
        foreach (var binding in kept.Roles.Split(' ')) RoleBinding.TryParse(binding, bindings);
        return Identity.Of(new Caller(kept.Name, "token", bindings) { TokenId = kept.Id, IsNamed = true });
    }

    static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
