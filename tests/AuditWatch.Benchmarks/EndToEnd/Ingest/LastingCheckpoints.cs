using AuditWatch.Ingest.Sources;

namespace AuditWatch.Benchmarks.EndToEnd.Ingest;

/// <summary>Owners and checkpoints of one worker, in memory: what a store of them costs is not measured here.</summary>
internal sealed class LastingCheckpoints : IPartitionCheckpoints
{
    readonly Lock _gate = new();
    readonly Dictionary<string, PartitionOwner> _owners = [];
    readonly Dictionary<string, PartitionCheckpoint> _checkpoints = [];
    int _version;

    public Task<IReadOnlyList<PartitionOwner>> ListOwnersAsync(PartitionGroup group, CancellationToken stop)
    {
        lock (_gate) return Task.FromResult<IReadOnlyList<PartitionOwner>>([.. _owners.Values]);
    }

    public Task<IReadOnlyList<PartitionOwner>> ClaimAsync(PartitionGroup group, IReadOnlyList<PartitionClaim> claims, CancellationToken stop)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<PartitionOwner>>([.. claims.Select(c =>
                _owners[c.Partition] = new PartitionOwner(c.Partition, c.Owner, (++_version).ToString(System.Globalization.CultureInfo.InvariantCulture), TimeProvider.System.GetUtcNow()))]);
        }
    }

    public Task<PartitionCheckpoint?> FindAsync(PartitionGroup group, string partition, CancellationToken stop)
    {
        lock (_gate) return Task.FromResult(_checkpoints.GetValueOrDefault(partition));
    }

    public Task SaveAsync(PartitionGroup group, string partition, PartitionCheckpoint checkpoint, string client, CancellationToken stop)
    {
        lock (_gate) _checkpoints[partition] = checkpoint;
        return Task.CompletedTask;
    }

    public Task<int> ForgetAsync(PartitionGroup group, string? partition, CancellationToken stop) => Task.FromResult(0);
}
