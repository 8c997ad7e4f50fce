using System.Security.Cryptography;
using System.Text;
using AuditWatch.Detection.State;
using Npgsql;
using NpgsqlTypes;

namespace AuditWatch.Storage.State;

/// <summary>
/// Changes of detection state in two statements a batch, whatever its size. Keys are the attacker's and may be longer than an index takes, so rows are found by a hash of
/// what names them.
/// </summary>
static class PostgresDetectionState
{
    const string Delete = "delete from detection_state where reader = @reader and key_sha256 = any(@hashes)";
    const string Put =
        """
        insert into detection_state (reader, key_sha256, cluster, kind, state_key, value, expires_us)
        select @reader, * from unnest(@hashes, @clusters, @kinds, @keys, @values, @expires)
        on conflict (reader, key_sha256) do update set value = excluded.value, expires_us = excluded.expires_us
        """;

    public static async Task ApplyAsync(NpgsqlTransaction transaction, string reader, IReadOnlyList<StateChange> changes, CancellationToken stop)
    {
        var last = new Dictionary<(string, string, string), StateChange>(changes.Count);
        foreach (var change in changes) last[(change.Cluster, change.Kind, change.Key)] = change;
        var deleted = last.Values.Where(change => change.Value is null).Select(HashOf).ToArray();
        // In one order everywhere, so that two transactions cannot wait for each other's rows.
        var put = last.Values.Where(change => change.Value is not null).Select(change => (Change: change, Hash: HashOf(change))).OrderBy(row => Convert.ToHexString(row.Hash), StringComparer.Ordinal).ToArray();
        if (deleted.Length > 0)
            await RunAsync(Delete, reader, deleted).ConfigureAwait(false);
        if (put.Length > 0)
            await RunAsync(
                Put, reader, [.. put.Select(row => row.Hash)],
                Texts("clusters", put.Select(row => StoredText.Keep(row.Change.Cluster)!)), Texts("kinds", put.Select(row => row.Change.Kind)), Texts("keys", put.Select(row => StoredText.Keep(row.Change.Key)!)),
                new NpgsqlParameter<byte[][]>("values", NpgsqlDbType.Array | NpgsqlDbType.Bytea) { TypedValue = [.. put.Select(row => row.Change.Value!)] },
                new NpgsqlParameter<long[]>("expires", NpgsqlDbType.Array | NpgsqlDbType.Bigint) { TypedValue = [.. put.Select(row => row.Change.ExpiresMicros)] }).ConfigureAwait(false);

        async Task RunAsync(string sql, string ofReader, byte[][] hashes, params NpgsqlParameter[] others)
        {
#pragma warning disable CA2100 // the literals above
            var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
#pragma warning restore CA2100
            await using (command.ConfigureAwait(false))
            {
                command.Parameters.Add(new NpgsqlParameter<string>("reader", NpgsqlDbType.Text) { TypedValue = ofReader });
                command.Parameters.Add(new NpgsqlParameter<byte[][]>("hashes", NpgsqlDbType.Array | NpgsqlDbType.Bytea) { TypedValue = hashes });
                foreach (var parameter in others) command.Parameters.Add(parameter);
                await command.ExecuteNonQueryAsync(stop).ConfigureAwait(false);
            }
        }
    }

    static NpgsqlParameter<string[]> Texts(string name, IEnumerable<string> values) => new(name, NpgsqlDbType.Array | NpgsqlDbType.Text) { TypedValue = [.. values] };

    // No part can run into the next: the first two are led by their lengths.
    static byte[] HashOf(StateChange change)
    {
        var (cluster, kind, key) = (StoredText.Keep(change.Cluster)!, change.Kind, StoredText.Keep(change.Key)!);
        return SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{cluster.Length}:{cluster}{kind.Length}:{kind}{key}")));
    }
}
