namespace AuditWatch.Ingest.Journal.Kafka;

/// <summary>Which partition a cluster's records go to: kept, not computed, so that it stays what it was when partitions are added.</summary>
public interface IPartitionAssignments
{
    /// <summary>The cluster's partition; a cluster that has none gets, for good, the one of <paramref name="partitions"/> with the fewest clusters. All processes get the same answer.</summary>
    Task<int> AssignAsync(string topic, string cluster, IReadOnlyList<int> partitions, CancellationToken stop);

    /// <summary>All that was assigned.</summary>
    Task<IReadOnlyDictionary<string, int>> ListAsync(string topic, CancellationToken stop);
}
