using AuditWatch.Server.Configuration;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace AuditWatch.Server.Access;

/// <summary>Bearer tokens that an OpenID Connect provider signed: for us, by its keys, not over; its groups become roles here.</summary>
sealed class OidcTokens : IDisposable
{
    // Signed with a key that only the provider has; a shared secret or no signature at all would let whoever knows the configuration make tokens.
    static readonly string[] Algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];
    const int LongestToken = 16 << 10, LongestName = 256;

    readonly OidcConfig _config;
    readonly OidcProvider _provider;
    readonly TimeProvider _clock;
    readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = LongestToken };
    readonly Dictionary<string, List<RoleBinding>> _roles = new(StringComparer.Ordinal);

    public OidcTokens(OidcConfig config, TimeProvider clock)
    {
        (_config, _clock, _provider) = (config, clock, new OidcProvider(config, clock));
        foreach (var group in config.Roles)
        {
            if (!_roles.TryGetValue(group.Group, out var bindings)) _roles[group.Group] = bindings = [];
            foreach (var role in group.Roles) RoleBinding.TryParse(role, bindings);
        }
    }

    /// <summary>Whether it has the form of such a token.</summary>
    public static bool IsOne(string token) => token.StartsWith("ey", StringComparison.Ordinal) && token.Count(c => c == '.') == 2;

    public async Task<Identity> IdentifyAsync(string token, CancellationToken stop)
    {
        if (await _provider.ReadAsync(keyIsUnknown: false, stop) is not { } said) return new Identity(null, 503, "The provider that signs tokens cannot be asked for its keys. Ask again.");
        var result = await ValidateAsync(token, said.SigningKeys);
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException && await _provider.ReadAsync(keyIsUnknown: true, stop) is { } now && !ReferenceEquals(now, said))
            result = await ValidateAsync(token, now.SigningKeys);
        if (!result.IsValid) return Identity.Unknown(WhyNot(result.Exception));
        var claims = (JsonWebToken)result.SecurityToken;
        if (NameOf(claims) is not { } name) return Identity.Unknown($"The token has no usable claim '{_config.NameClaim}'.");
        var groups = claims.Claims.Where(c => c.Type == _config.GroupsClaim).Select(c => c.Value);
        var bindings = groups.Distinct(StringComparer.Ordinal).SelectMany(g => _roles.GetValueOrDefault(g, [])).Distinct().ToList();
        return Identity.Of(new Caller(name, "oidc", bindings) { IsNamed = true });
    }

    public void Dispose() => _provider.Dispose();

    Task<TokenValidationResult> ValidateAsync(string token, ICollection<SecurityKey> keys) => _handler.ValidateTokenAsync(token, new TokenValidationParameters
    {
        ValidIssuer = _config.Issuer, ValidAudiences = _config.Audiences, ValidAlgorithms = Algorithms, IssuerSigningKeys = keys,
        RequireSignedTokens = true, RequireExpirationTime = true, RequireAudience = true, ValidateIssuer = true, ValidateAudience = true, ValidateIssuerSigningKey = true, TryAllIssuerSigningKeys = false,
        LifetimeValidator = IsInItsTime,
    });

    // By our clock, with a minute for the provider's.
    bool IsInItsTime(DateTime? from, DateTime? to, SecurityToken token, TokenValidationParameters parameters)
    {
        var now = _clock.GetUtcNow().UtcDateTime;
        return to is { } end && now < end.AddMinutes(1) && (from is null || now.AddMinutes(1) >= from);
    }

    string? NameOf(JsonWebToken token) =>
        token.TryGetPayloadValue<string>(_config.NameClaim, out var name) && name is { Length: > 0 and <= LongestName } && !name.Any(char.IsControl) ? name : null;

    static string WhyNot(Exception? fault) => fault switch
    {
        SecurityTokenInvalidLifetimeException or SecurityTokenExpiredException => "The token is over, or not valid yet.",
        SecurityTokenInvalidAudienceException => "The token is for another program.",
        SecurityTokenInvalidIssuerException => "The token is of another issuer.",
        SecurityTokenSignatureKeyNotFoundException => "The token is signed with a key that its issuer does not know.",
        SecurityTokenInvalidAlgorithmException => "The token is signed in a way that is not taken here.",
        _ => "The token is not one that its issuer signed.",
    };
}
