using System.Security.Cryptography;
using Dapper;

namespace AuditWatch.Storage.State;

// Who may ask.
public sealed partial class StateStore
{
    const string ApiTokenColumns = "id, name, token_sha256, roles, created_us, created_by, expires_us, revoked_us";

    /// <summary>Makes an API token. It is returned this once; only its SHA-256 is kept.</summary>
    public async Task<(string Token, ApiToken Kept)> AddApiTokenAsync(string name, string roles, long? expiresMicros, string createdBy, CancellationToken stop)
    {
        var token = "awt_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var kept = new ApiToken(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6)), name, roles, UnixMicros.Of(_clock), createdBy, expiresMicros, null);
        await WriteAsync(transaction => transaction.Connection!.ExecuteAsync(Sql(
            """
            insert into api_token (id, name, token_sha256, roles, created_us, created_by, expires_us)
            values (@id, @name, @hash, @roles, @created, @by, @expires)
            """, new
            {
                id = kept.Id, name = StoredText.Keep(name), hash = HashOf(token), roles = StoredText.Keep(roles), created = kept.CreatedMicros, by = StoredText.Keep(createdBy), expires = expiresMicros,
            }, transaction, stop)), stop).ConfigureAwait(false);
        return (token, kept);
    }

    /// <summary>What is known of a token, whether it still holds or not; null for one that nobody was given.</summary>
    public async Task<ApiToken?> FindApiTokenAsync(string token, CancellationToken stop)
    {
        var hash = HashOf(token);
        var row = await ReadAsync(connection => connection.QueryFirstOrDefaultAsync<ApiTokenRow>(Sql(
            $"select {ApiTokenColumns} from api_token where token_sha256 = @hash", new { hash }, null, stop)), stop).ConfigureAwait(false);
        // The search is by hash, which a caller cannot steer; the comparison that decides takes the same time whatever it compares.
        return row is not null && CryptographicOperations.FixedTimeEquals(row.Token_Sha256, hash) ? row.Back() : null;
    }

    /// <summary>All tokens ever made, the newest first.</summary>
    public async Task<IReadOnlyList<ApiToken>> ListApiTokensAsync(CancellationToken stop) =>
        (await ReadAsync(connection => connection.QueryAsync<ApiTokenRow>(Sql(
            $"select {ApiTokenColumns} from api_token order by created_us desc, id", null, null, stop)), stop).ConfigureAwait(false)).Select(row => row.Back()).ToList();

    /// <summary>Takes a token back, for good. The token as it stands then; null when there is none of that id.</summary>
    public Task<ApiToken?> RevokeApiTokenAsync(string id, CancellationToken stop) => WriteAsync(async transaction =>
    {
        await transaction.Connection!.ExecuteAsync(Sql(
            "update api_token set revoked_us = @now where id = @id and revoked_us is null", new { id, now = UnixMicros.Of(_clock) }, transaction, stop)).ConfigureAwait(false);
        return (await transaction.Connection!.QueryFirstOrDefaultAsync<ApiTokenRow>(Sql(
            $"select {ApiTokenColumns} from api_token where id = @id", new { id }, transaction, stop)).ConfigureAwait(false))?.Back();
    }, stop);

    /// <summary>Whether a token was ever made. One that was revoked counts: taking the last one back must not open the door.</summary>
    public async Task<bool> HasApiTokensAsync(CancellationToken stop) =>
        await ReadAsync(connection => connection.QuerySingleAsync<long>(Sql("select count(*) from api_token", null, null, stop)), stop).ConfigureAwait(false) > 0;

    sealed record ApiTokenRow(string Id, string Name, byte[] Token_Sha256, string Roles, long Created_Us, string Created_By, long? Expires_Us, long? Revoked_Us)
    {
        public ApiToken Back() => new(Id, StoredText.Back(Name)!, StoredText.Back(Roles)!, Created_Us, StoredText.Back(Created_By)!, Expires_Us, Revoked_Us);
    }
}
