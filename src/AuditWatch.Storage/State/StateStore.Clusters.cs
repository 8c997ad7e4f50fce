using System.Security.Cryptography;
using System.Text;
using Dapper;

namespace AuditWatch.Storage.State;

public sealed partial class StateStore
{
    /// <summary>
    /// Adds a cluster, or one more token to a cluster that is known (so that a token can be changed without a gap; a <paramref name="clientCn"/> given then
    /// replaces the one stored). The token is returned this once; only its SHA-256 is kept.
    /// </summary>
    /// <exception cref="ArgumentException">The name cannot be one, or another cluster has that common name.</exception>
    public async Task<string> AddClusterAsync(string name, string? clientCn, CancellationToken stop)
    {
        if (!IsClusterName(name))
            throw new ArgumentException($"'{name}' cannot be a cluster's name: use 1 to 253 letters, digits, '-', '_' and '.', beginning with a letter or digit.", nameof(name));
        var token = "aw_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        await WriteAsync(async transaction =>
        {
            var connection = transaction.Connection!;
            var now = UnixMicros.Of(_clock);
            var holder = await connection.QueryFirstOrDefaultAsync<string>(Sql(
                "select name from cluster where client_cn = @cn and name <> @name", new { name, cn = StoredText.Keep(clientCn ?? name) }, transaction, stop)).ConfigureAwait(false);
            if (holder is not null)
                throw new ArgumentException($"The client certificate name '{clientCn ?? name}' belongs to the cluster '{holder}'; give another with --client-cn.", nameof(clientCn));
            await connection.ExecuteAsync(Sql(
                """
                insert into cluster (name, client_cn, created_us) values (@name, @cn, @now)
                on conflict (name) do update set client_cn = coalesce(@given, cluster.client_cn)
                """, new { name, cn = StoredText.Keep(clientCn ?? name), given = StoredText.Keep(clientCn), now }, transaction, stop)).ConfigureAwait(false);
            return await connection.ExecuteAsync(Sql(
                "insert into cluster_token (token_sha256, cluster, created_us) values (@hash, @name, @now)",
                new { hash = HashOf(token), name, now }, transaction, stop)).ConfigureAwait(false);
        }, stop).ConfigureAwait(false);
        return token;
    }

    /// <summary>
    /// Takes tokens of a cluster back, for good: those made before <paramref name="beforeMicros"/>. Returns how many that were and how many are left; null for a cluster
    /// that nobody added. Without any token left the cluster is still known, and needs a credential.
    /// </summary>
    public Task<(int Revoked, int Left)?> RevokeClusterTokensAsync(string name, long beforeMicros, CancellationToken stop) => WriteAsync<(int, int)?>(async transaction =>
    {
        var connection = transaction.Connection!;
        if (await connection.QueryFirstOrDefaultAsync<string>(Sql("select name from cluster where name = @name", new { name }, transaction, stop)).ConfigureAwait(false) is null) return null;
        var revoked = await connection.ExecuteAsync(Sql(
            "delete from cluster_token where cluster = @name and created_us < @beforeMicros", new { name, beforeMicros }, transaction, stop)).ConfigureAwait(false);
        return (revoked, (int)await connection.QuerySingleAsync<long>(Sql("select count(*) from cluster_token where cluster = @name", new { name }, transaction, stop)).ConfigureAwait(false));
    }, stop);

    /// <summary>All clusters, by name.</summary>
    public async Task<IReadOnlyList<Cluster>> ListClustersAsync(CancellationToken stop) =>
        (await ReadAsync(connection => connection.QueryAsync<ClusterRow>(Sql(
            "select name, client_cn, created_us from cluster order by name", null, null, stop)), stop).ConfigureAwait(false)).Select(row => row.Back()).ToList();

    /// <summary>The cluster that a bearer token belongs to; null for a token that nobody was given.</summary>
    public async Task<string?> FindClusterByTokenAsync(string token, CancellationToken stop)
    {
        var hash = HashOf(token);
        var row = await ReadAsync(connection => connection.QueryFirstOrDefaultAsync<TokenRow>(Sql(
            "select token_sha256, cluster from cluster_token where token_sha256 = @hash", new { hash }, null, stop)), stop).ConfigureAwait(false);
        // The search is by hash, which a caller cannot steer; the comparison that decides takes the same time whatever it compares.
        return row is not null && CryptographicOperations.FixedTimeEquals(row.Token_Sha256, hash) ? row.Cluster : null;
    }

    /// <summary>The cluster whose client certificate has this common name; null when none has.</summary>
    public Task<string?> FindClusterByClientCnAsync(string commonName, CancellationToken stop) =>
        ReadAsync(connection => connection.QueryFirstOrDefaultAsync<string?>(Sql(
            "select name from cluster where client_cn = @commonName", new { commonName = StoredText.Keep(commonName) }, null, stop)), stop);

    static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    static bool IsClusterName(string name) =>
        name.Length is > 0 and <= 253 && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    sealed record ClusterRow(string Name, string Client_Cn, long Created_Us)
    {
        public Cluster Back() => new(Name, StoredText.Back(Client_Cn)!, Created_Us);
    }

    sealed record TokenRow(byte[] Token_Sha256, string Cluster);
}
