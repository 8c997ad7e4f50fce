using Dapper;

namespace AuditWatch.Storage.State;

public sealed partial class StateStore
{
    /// <summary>The partition that a cluster's records go to. One that has none gets, for good, the one of <paramref name="partitions"/> with the fewest clusters.</summary>
    public Task<int> AssignJournalPartitionAsync(string topic, string cluster, IReadOnlyList<int> partitions, CancellationToken stop) =>
        WriteAsync(async transaction =>
        {
            // Writers come one after the other, in PostgreSQL too: two new clusters never take the same place for empty.
            var connection = transaction.Connection!;
            var (of, name) = (StoredText.Keep(topic), StoredText.Keep(cluster));
            var known = await connection.QueryFirstOrDefaultAsync<long?>(Sql(
                "select partition from journal_partition where topic = @of and cluster = @name", new { of, name }, transaction, stop)).ConfigureAwait(false);
            if (known is { } partition) return (int)partition;
            var counts = (await connection.QueryAsync<PartitionCount>(Sql(
                "select partition, count(*) as clusters from journal_partition where topic = @of group by partition", new { of }, transaction, stop)).ConfigureAwait(false))
                .ToDictionary(row => (int)row.Partition, row => row.Clusters);
            var chosen = partitions.MinBy(p => (counts.GetValueOrDefault(p), p));
            await connection.ExecuteAsync(Sql(
                "insert into journal_partition (topic, cluster, partition, assigned_us) values (@of, @name, @chosen, @now)", new { of, name, chosen, now = UnixMicros.Of(_clock) }, transaction, stop)).ConfigureAwait(false);
            return chosen;
        }, stop);

    /// <summary>Which partition of a topic each cluster's records go to.</summary>
    public async Task<IReadOnlyDictionary<string, int>> ListJournalPartitionsAsync(string topic, CancellationToken stop) =>
        (await ReadAsync(connection => connection.QueryAsync<PartitionOf>(Sql(
            "select cluster, partition from journal_partition where topic = @topic", new { topic = StoredText.Keep(topic) }, null, stop)), stop).ConfigureAwait(false))
        .ToDictionary(row => StoredText.Back(row.Cluster)!, row => (int)row.Partition, StringComparer.Ordinal);

    sealed record PartitionCount
    {
        public long Partition { get; init; }

        public long Clusters { get; init; }
    }

    sealed record PartitionOf
    {
        public string Cluster { get; init; } = "";

        public long Partition { get; init; }
    }
}
