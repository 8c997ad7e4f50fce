using AuditWatch.Ingest.Journal.Kafka;

namespace AuditWatch.Ingest.Tests.Journal.Kafka;

/// <summary>Assignments of one test: the cluster goes to the partition with the fewest.</summary>
sealed class MemoryAssignments : IPartitionAssignments
{
    readonly Lock _gate = new();
    readonly Dictionary<string, int> _partitionOf = new(StringComparer.Ordinal);

    public int Asked { get; private set; }

    public Task<int> AssignAsync(string topic, string cluster, IReadOnlyList<int> partitions, CancellationToken stop)
    {
        lock (_gate)
        {
            Asked++;
            if (!_partitionOf.TryGetValue(cluster, out var partition))
                _partitionOf.Add(cluster, partition = partitions.MinBy(p => _partitionOf.Values.Count(v => v == p)));
            return Task.FromResult(partition);
        }
    }

    public Task<IReadOnlyDictionary<string, int>> ListAsync(string topic, CancellationToken stop)
    {
        lock (_gate) return Task.FromResult<IReadOnlyDictionary<string, int>>(new Dictionary<string, int>(_partitionOf));
    }
}
