using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace AuditWatch.Server.Tests.Access;

/// <summary>An OpenID Connect provider on loopback, with real keys that it can change, and that can be made to fail or to lie about its name.</summary>
sealed class SigningProvider : IAsyncDisposable
{
    readonly WebApplication _app;
    RsaSecurityKey _key = NewKey("k1");

    SigningProvider(WebApplication app) => _app = app;

    public string Issuer => _app.Urls.First();

    public bool IsDown { get; set; }

    public string? Says { get; set; }

    public int Asked { get; private set; }

    public RsaSecurityKey Key => _key;

    public static async Task<SigningProvider> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var provider = new SigningProvider(builder.Build());
        provider._app.MapGet("/.well-known/openid-configuration", provider.Discovery);
        provider._app.MapGet("/keys", provider.Keys);
        await provider._app.StartAsync();
        return provider;
    }

    public void Rotate() => _key = NewKey("k2");

    public string Sign(IDictionary<string, object> claims, SecurityKey? key = null, string algorithm = "RS256") =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(JsonSerializer.Serialize(claims), new SigningCredentials(key ?? _key, algorithm));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    static RsaSecurityKey NewKey(string id) => new(RSA.Create(2048)) { KeyId = id };

    IResult Discovery()
    {
        Asked++;
        return IsDown ? Results.StatusCode(500) : Results.Json(new { issuer = Says ?? Issuer, jwks_uri = Issuer + "/keys" });
    }

    IResult Keys()
    {
        var key = JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(_key.Rsa.ExportParameters(false)) { KeyId = _key.KeyId });
        return Results.Json(new { keys = new[] { new { kty = key.Kty, kid = key.Kid, n = key.N, e = key.E, use = "sig" } } });
    }
}
