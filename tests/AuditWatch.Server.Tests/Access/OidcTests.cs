using System.Diagnostics;
using System.Text;
using System.Text.Json;
using AuditWatch.Server.Access;
using AuditWatch.Server.Configuration;
using AuditWatch.Testing;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace AuditWatch.Server.Tests.Access;

/// <summary>Tokens of an OpenID Connect provider: which are believed, and what their groups may do.</summary>
public sealed class OidcTests : IAsyncLifetime
{
    readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeSeconds(1_767_100_000));
    SigningProvider _provider = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _provider = await SigningProvider.StartAsync();

    public async ValueTask DisposeAsync() => await _provider.DisposeAsync();

    static OidcConfig Config(string issuer, string audience = "auditwatch", string name = "email") => new(
        issuer, [audience, "other-of-ours"], "groups", name, null, [new GroupRoles("sre", ["engineer:prod", "viewer"]), new GroupRoles("sre", ["analyst:dev"]), new GroupRoles("ops", ["admin"])]);

    Dictionary<string, object> Claims(params (string Name, object? Value)[] changes)
    {
        var now = _clock.GetUtcNow().ToUnixTimeSeconds();
        var claims = new Dictionary<string, object> { ["iss"] = _provider.Issuer, ["aud"] = "auditwatch", ["sub"] = "u-1", ["email"] = "ana@example.com", ["iat"] = now, ["nbf"] = now, ["exp"] = now + 300, ["groups"] = new[] { "sre", "staff" } };
        foreach (var (name, value) in changes)
        {
            if (value is null) claims.Remove(name);
            else claims[name] = value;
        }
        return claims;
    }

    async Task<string> SaysAsync(OidcTokens tokens, string token)
    {
        Assert.True(OidcTokens.IsOne(token), token);
        var identity = await tokens.IdentifyAsync(token, Stop);
        return identity.Caller is { } caller ? $"{caller.Name} {caller.Via} {string.Join(',', caller.Bindings)}" : $"{identity.Status} {identity.Why}";
    }

    [Fact]
    public async Task Groups_become_roles_and_the_name_is_the_claim_that_was_configured()
    {
        using var tokens = new OidcTokens(Config(_provider.Issuer), _clock);
        Assert.Equal("ana@example.com oidc engineer:prod,viewer:*,analyst:dev", await SaysAsync(tokens, _provider.Sign(Claims())));
        Assert.Equal("ana@example.com oidc admin:*", await SaysAsync(tokens, _provider.Sign(Claims(("groups", "ops"), ("aud", new[] { "x", "other-of-ours" })))));
        Assert.Equal("ana@example.com oidc ", await SaysAsync(tokens, _provider.Sign(Claims(("groups", null)))));
        Assert.Equal("ana@example.com oidc ", await SaysAsync(tokens, _provider.Sign(Claims(("groups", new[] { "SRE", "viewer:*", "admin" })))));
        Assert.Equal(1, _provider.Asked);
    }

    [Fact]
    public async Task A_token_that_is_not_for_us_not_by_the_provider_or_not_now_is_worth_nothing()
    {
        using var tokens = new OidcTokens(Config(_provider.Issuer), _clock);
        using var stranger = System.Security.Cryptography.RSA.Create(2048);
        var now = _clock.GetUtcNow().ToUnixTimeSeconds();
        var good = _provider.Sign(Claims());
        var parts = good.Split('.');
        string Part(string json) => Base64UrlEncoder.Encode(json);
        (string Token, string Why)[] worthless =
        [
            (_provider.Sign(Claims(("aud", "another"))), "another program"),
            (_provider.Sign(Claims(("aud", null))), "another program"),
            (_provider.Sign(Claims(("iss", "http://127.0.0.1:1"))), "another issuer"),
            (_provider.Sign(Claims(("exp", now - 61))), "is over"),
            (_provider.Sign(Claims(("exp", null))), ""),
            (_provider.Sign(Claims(("nbf", now + 61))), "not valid yet"),
            (_provider.Sign(Claims(("email", null))), "no usable claim 'email'"),
            (_provider.Sign(Claims(("email", "a\nb"))), "no usable claim 'email'"),
            (_provider.Sign(Claims(("email", new string('a', 257)))), "no usable claim 'email'"),
            (_provider.Sign(Claims(), new RsaSecurityKey(stranger) { KeyId = "k1" }), "not one that its issuer signed"),
            (_provider.Sign(Claims(), new RsaSecurityKey(stranger) { KeyId = "k9" }), "does not know"),
            ($"{Part("""{"alg":"none","typ":"JWT"}""")}.{parts[1]}.", ""),
            ($"{parts[0]}.{parts[1]}.", ""),
            ($"{parts[0]}.{Part(JsonSerializer.Serialize(Claims(("groups", "ops"))))}.{parts[2]}", "not one that its issuer signed"),
            // The public key as a shared secret: the oldest trick there is.
            (_provider.Sign(Claims(), new SymmetricSecurityKey(_provider.Key.Rsa.ExportSubjectPublicKeyInfo()) { KeyId = "k1" }, "HS256"), ""),
            ("eyJ.eyJ.x", ""), ("ey..", ""), ("ey" + new string('x', 20_000) + ".a.b", ""),
        ];
        foreach (var (token, why) in worthless)
        {
            var said = await SaysAsync(tokens, token);
            Assert.True(said.StartsWith("401 ", StringComparison.Ordinal) && said.Contains(why, StringComparison.Ordinal), $"{token[..Math.Min(60, token.Length)]}: {said}, not {why}");
        }
        Assert.StartsWith("ana", await SaysAsync(tokens, _provider.Sign(Claims(("exp", now - 59)))), StringComparison.Ordinal);
        Assert.True(_provider.Asked <= 2);
    }

    [Fact]
    public async Task New_keys_are_fetched_when_a_token_needs_them_but_not_at_anybodys_pace_and_old_ones_hold_through_an_outage()
    {
        using var tokens = new OidcTokens(Config(_provider.Issuer), _clock);
        var old = _provider.Sign(Claims());
        Assert.StartsWith("ana", await SaysAsync(tokens, old), StringComparison.Ordinal);
        _provider.Rotate();
        var rotated = _provider.Sign(Claims());
        for (var i = 0; i < 5; i++) Assert.StartsWith("401", await SaysAsync(tokens, rotated), StringComparison.Ordinal);
        Assert.Equal(1, _provider.Asked);
        _clock.Advance(TimeSpan.FromSeconds(31));
        Assert.StartsWith("ana", await SaysAsync(tokens, rotated), StringComparison.Ordinal);
        Assert.StartsWith("401", await SaysAsync(tokens, old), StringComparison.Ordinal);

        _provider.IsDown = true;
        _clock.Advance(TimeSpan.FromHours(2));
        Assert.StartsWith("ana", await SaysAsync(tokens, _provider.Sign(Claims())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_provider_was_never_reached_or_is_another_one_the_answer_is_503_and_then_it_works_by_itself()
    {
        using var tokens = new OidcTokens(Config(_provider.Issuer), _clock);
        _provider.IsDown = true;
        Assert.StartsWith("503", await SaysAsync(tokens, _provider.Sign(Claims())), StringComparison.Ordinal);
        (_provider.IsDown, _provider.Says) = (false, "https://evil.example");
        _clock.Advance(TimeSpan.FromSeconds(31));
        Assert.StartsWith("503", await SaysAsync(tokens, _provider.Sign(Claims())), StringComparison.Ordinal);
        _provider.Says = null;
        _clock.Advance(TimeSpan.FromSeconds(31));
        Assert.StartsWith("ana", await SaysAsync(tokens, _provider.Sign(Claims())), StringComparison.Ordinal);
    }

    [Fact]
    public void Its_configuration_is_refused_where_it_would_let_strangers_in()
    {
        var faults = new List<ConfigFault>();
        var file = Path.GetTempFileName();
        File.WriteAllText(file, """
            access:
              oidc:
                issuer: http://login.example
                roles:
                  - {group: sre, roles: [boss]}
            """);
        ConfigLoader.Load(file, new Dictionary<string, string>(), [], faults);
        Assert.Equal(3, faults.Count);
        Assert.Contains(faults, f => f.Message.StartsWith("'access.oidc.issuer' is 'http://login.example', but must be an https URL", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.Message.StartsWith("'access.oidc.audience' is missing", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.Message.StartsWith("'access.oidc.roles[0].roles' cannot be read: 'boss' is no role", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_provider_that_others_wrote_is_understood()
    {
        var installed = Path.Combine(Checkout.Root, "artifacts", "oidc-provider");
        Assert.SkipUnless(Directory.Exists(Path.Combine(installed, "node_modules", "oidc-provider")), "Needs the npm package oidc-provider in artifacts/oidc-provider: run .ci/servers (needs node and npm).");
        var script = Path.Combine(Checkout.Root, "tests", "AuditWatch.Server.Tests", "Access", "provider", "provider.mjs");
        using var node = Process.Start(new ProcessStartInfo("node", [script, installed]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            node.ErrorDataReceived += (_, _) => { };
            node.BeginErrorReadLine();
            var issuer = await node.StandardOutput.ReadLineAsync(Stop);
            while (issuer?.StartsWith("http://", StringComparison.Ordinal) is false) issuer = await node.StandardOutput.ReadLineAsync(Stop);
            Assert.NotNull(issuer);
            using var tokens = new OidcTokens(Config(issuer, "urn:auditwatch", "sub"), TimeProvider.System);
            Assert.Equal("sre oidc engineer:prod,viewer:*,analyst:dev", await SaysAsync(tokens, await TokenAsync(issuer, "sre")));
            Assert.Equal("guest oidc ", await SaysAsync(tokens, await TokenAsync(issuer, "guest")));
            using var others = new OidcTokens(Config(issuer, "urn:another", "sub"), TimeProvider.System);
            Assert.StartsWith("401 The token is for another program", await SaysAsync(others, await TokenAsync(issuer, "sre")), StringComparison.Ordinal);
        }
        finally
        {
            node.Kill();
        }
    }

    static async Task<string> TokenAsync(string issuer, string client)
    {
        using var http = new HttpClient();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = client, ["client_secret"] = "only for tests", ["resource"] = "urn:auditwatch" });
        using var answer = await http.PostAsync(issuer + "/token", form, Stop);
        return JsonElement.Parse(await answer.Content.ReadAsByteArrayAsync(Stop)).GetProperty("access_token").GetString()!;
    }
}
