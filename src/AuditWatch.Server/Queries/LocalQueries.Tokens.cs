using System.Globalization;
using System.Text.Json;
using AuditWatch.Server.Access;
using AuditWatch.Server.Configuration;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Queries;

// Who may ask.
public sealed partial class LocalQueries
{
    static readonly TimeSpan UsualLife = TimeSpan.FromDays(90);

    /// <summary>Whether users are known by other ways too (a token file, OIDC), so that somebody else than a token's owner can be admin.</summary>
    internal bool HasOtherUsers { get; init; }

    async Task<ActAnswer> CreateTokenAsync(Act act, CancellationToken stop)
    {
        var body = ActBody.Read<TokenBody>(act.Body);
        if (body.Name is not { Length: > 0 and <= 128 } name || name.Any(char.IsControl)) throw new QueryFault("'name' must have 1 to 128 characters, none of them a control character: whom the token speaks for.");
        var roles = new List<RoleBinding>();
        foreach (var role in body.Roles ?? [])
            if (RoleBinding.TryParse(role, roles) is { } fault) throw new QueryFault(fault);
        if (roles.Count == 0) throw new QueryFault("'roles' is missing: at least one, such as viewer or analyst:prod.");
        var expires = Expiry(body.Expires);
        if (!HasOtherUsers && !roles.Contains(new RoleBinding(Role.Admin, null)) && !(await _state.ListApiTokensAsync(stop)).Any(IsAdmin))
            throw new QueryFault("The first token must have the role admin on all clusters: from then on every question needs a token, and nobody could make another.");
        var (token, kept) = await _state.AddApiTokenAsync(name, string.Join(' ', roles), expires, Who(null), stop);
        return new ActAnswer(Rows.Write(json =>
        {
            TokenRow(json, kept);
            json.WriteString("token", token);
        }));
    }

    async Task<ActAnswer> RevokeTokenAsync(Act act, CancellationToken stop)
    {
        var token = await _state.RevokeApiTokenAsync(act.Id!, stop) ?? throw new QueryFault($"There is no token of the id '{act.Id}'.", 404);
        return new ActAnswer(Rows.Write(json => TokenRow(json, token)));
    }

    async Task<RowPage> TokensAsync(Filters asked, CancellationToken stop)
    {
        asked.Done();
        return new RowPage([.. (await _state.ListApiTokensAsync(stop)).Select(t => Rows.Write(json => TokenRow(json, t)))], null);
    }

    bool IsAdmin(ApiToken token)
    {
        var roles = new List<RoleBinding>();
        return token.HoldsAt(Now) && RoleBinding.TryParse(token.Roles, roles) is null && roles.Contains(new RoleBinding(Role.Admin, null));
    }

    long? Expiry(string? text)
    {
        if (text is "never") return null;
        if (text is null) return Now + (UsualLife.Ticks / TimeSpan.TicksPerMicrosecond);
        if (Moments.TryComing(text, _clock, out var time) && time > _clock.GetUtcNow())
            return (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        throw new QueryFault($"'expires' is '{text}', but must be a time to come (RFC 3339), a duration such as 90d, or 'never'.");
    }

    long Now => (_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    void TokenRow(Utf8JsonWriter json, ApiToken token)
    {
        json.WriteString("id", token.Id);
        json.WriteString("name", token.Name);
        Texts(json, "roles", token.Roles.Split(' '));
        json.WriteString("state", token.RevokedMicros is not null ? "revoked" : token.HoldsAt(Now) ? "valid" : "expired");
        json.WriteString("created", Rfc3339.Of(token.CreatedMicros));
        json.WriteString("created_by", token.CreatedBy);
        json.WriteString("expires", token.ExpiresMicros is { } end ? Rfc3339.Of(end) : null);
        json.WriteString("revoked", token.RevokedMicros is { } at ? Rfc3339.Of(at) : null);
    }
}
