using Dapper;

namespace AuditWatch.Storage.State;

public sealed partial class StateStore
{
    const string OfGroup = "namespace = @Namespace and hub = @Hub and consumer_group = @ConsumerGroup";

    /// <summary>Opens (and creates or migrates) a state file by its own name, for checkpoints that several workers share.</summary>
    /// <exception cref="StateSchemaException">A newer version wrote it, or a migration failed.</exception>
    public static Task<StateStore> OpenFileAsync(string file, TimeProvider clock, CancellationToken stop = default) => OpenAsync(new SqliteStateDatabase(file), clock, null, stop);

    /// <summary>Who reads the partitions of a group.</summary>
    public async Task<IReadOnlyList<SourceOwner>> ListSourceOwnersAsync(SourceGroup group, CancellationToken stop) =>
        (await ReadAsync(connection => connection.QueryAsync<OwnerRow>(Sql(
            $"select partition, owner, version, modified_us from source_owner where {OfGroup} order by partition", group, null, stop)), stop).ConfigureAwait(false))
        .Select(row => row.Back()).ToList();

    /// <summary>
    /// Claims partitions: each is won when nobody has claimed it since <paramref name="wanted"/> saw its version (null: when nobody ever has). Returns those that
    /// were won, as they now stand.
    /// </summary>
    public Task<IReadOnlyList<SourceOwner>> ClaimSourcePartitionsAsync(SourceGroup group, IReadOnlyList<(string Partition, string Owner, long? Version)> wanted, CancellationToken stop) =>
        WriteAsync(async transaction =>
        {
            var won = new List<SourceOwner>(wanted.Count);
            foreach (var (partition, owner, version) in wanted)
            {
                var row = await transaction.Connection!.QueryFirstOrDefaultAsync<OwnerRow>(Sql(
                    """
                    insert into source_owner as o (namespace, hub, consumer_group, partition, owner, version, modified_us)
                    values (@Namespace, @Hub, @ConsumerGroup, @partition, @owner, 1, @now)
                    on conflict (namespace, hub, consumer_group, partition) do update
                        set owner = excluded.owner, version = o.version + 1, modified_us = excluded.modified_us where o.version = @version
                    returning partition, owner, version, modified_us
                    """, new { group.Namespace, group.Hub, group.ConsumerGroup, partition, owner, version, now = UnixMicros.Of(_clock) }, transaction, stop)).ConfigureAwait(false);
                if (row is not null) won.Add(row.Back());
            }
            return (IReadOnlyList<SourceOwner>)won;
        }, stop);

    /// <summary>How far the partitions of a group are durable.</summary>
    public async Task<IReadOnlyList<SourceCheckpoint>> ListSourceCheckpointsAsync(SourceGroup group, CancellationToken stop) =>
        (await ReadAsync(connection => connection.QueryAsync<CheckpointRow>(Sql(
            $"select partition, position, sequence, client, modified_us from source_checkpoint where {OfGroup} order by partition", group, null, stop)), stop).ConfigureAwait(false))
        .Select(row => row.Back()).ToList();

    /// <summary>Saves how far a partition is durable. A place before the saved one changes nothing: a worker that lost the partition may still be finishing.</summary>
    public Task SaveSourceCheckpointAsync(SourceGroup group, string partition, string position, long sequence, string client, CancellationToken stop) => WriteAsync(transaction =>
        transaction.Connection!.ExecuteAsync(Sql(
            """
            insert into source_checkpoint as c (namespace, hub, consumer_group, partition, position, sequence, client, modified_us)
            values (@Namespace, @Hub, @ConsumerGroup, @partition, @position, @sequence, @client, @now)
            on conflict (namespace, hub, consumer_group, partition) do update
                set position = excluded.position, sequence = excluded.sequence, client = excluded.client, modified_us = excluded.modified_us
                where c.sequence < excluded.sequence
            """, new { group.Namespace, group.Hub, group.ConsumerGroup, partition, position, sequence, client, now = UnixMicros.Of(_clock) }, transaction, stop)), stop);

    /// <summary>Forgets how far a group is (null: all partitions). Returns how many partitions that were.</summary>
    public Task<int> ForgetSourceCheckpointsAsync(SourceGroup group, string? partition, CancellationToken stop) => WriteAsync(transaction =>
        transaction.Connection!.ExecuteAsync(Sql(
            $"delete from source_checkpoint where {OfGroup} and (@partition is null or partition = @partition)",
            new { group.Namespace, group.Hub, group.ConsumerGroup, partition }, transaction, stop)), stop);

    sealed record OwnerRow(string Partition, string Owner, long Version, long Modified_Us)
    {
        public SourceOwner Back() => new(Partition, Owner, Version, Modified_Us);
    }

    sealed record CheckpointRow(string Partition, string Position, long Sequence, string Client, long Modified_Us)
    {
        public SourceCheckpoint Back() => new(Partition, Position, Sequence, Client, Modified_Us);
    }
}
