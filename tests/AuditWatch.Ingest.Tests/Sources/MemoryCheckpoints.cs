using System.Globalization;
using AuditWatch.Ingest.Sources;

namespace AuditWatch.Ingest.Tests.Sources;

/// <summary>Checkpoints for workers of one process, as the contract asks; what the server keeps them in is tested with the server.</summary>
internal sealed class MemoryCheckpoints : IPartitionCheckpoints
{
    readonly Lock _gate = new();
    readonly Dictionary<string, PartitionOwner> _owners = [];
    readonly Dictionary<string, PartitionCheckpoint> _checkpoints = [];

    public int Saves { get; private set; }

    public IReadOnlyList<string> Positions(string partition)
    {
        lock (_gate) return _checkpoints.TryGetValue(partition, out var saved) ? [saved.Position] : [];
    }

    /// <summary>As after a restore of an old state.</summary>
    public void Forget()
    {
        lock (_gate) _checkpoints.Clear();
    }

    public Task<IReadOnlyList<PartitionOwner>> ListOwnersAsync(PartitionGroup group, CancellationToken stop)
    {
        lock (_gate) return Task.FromResult<IReadOnlyList<PartitionOwner>>([.. _owners.Values]);
    }

    public Task<IReadOnlyList<PartitionOwner>> ClaimAsync(PartitionGroup group, IReadOnlyList<PartitionClaim> claims, CancellationToken stop)
    {
        lock (_gate)
        {
            var won = new List<PartitionOwner>();
            foreach (var claim in claims.Where(c => _owners.GetValueOrDefault(c.Partition)?.Version == c.Version))
            {
                var version = claim.Version is null ? 1 : int.Parse(claim.Version, CultureInfo.InvariantCulture) + 1;
                won.Add(_owners[claim.Partition] = new PartitionOwner(claim.Partition, claim.Owner, version.ToString(CultureInfo.InvariantCulture), TimeProvider.System.GetUtcNow()));
            }
            return Task.FromResult<IReadOnlyList<PartitionOwner>>(won);
        }
    }

    public Task<PartitionCheckpoint?> FindAsync(PartitionGroup group, string partition, CancellationToken stop)
    {
        lock (_gate) return Task.FromResult(_checkpoints.GetValueOrDefault(partition));
    }

    public Task SaveAsync(PartitionGroup group, string partition, PartitionCheckpoint checkpoint, string client, CancellationToken stop)
    {
        lock (_gate)
        {
            Saves++;
            if (_checkpoints.GetValueOrDefault(partition) is not { } before || before.Sequence < checkpoint.Sequence) _checkpoints[partition] = checkpoint;
        }
        return Task.CompletedTask;
    }

    public Task<int> ForgetAsync(PartitionGroup group, string? partition, CancellationToken stop)
    {
        lock (_gate)
        {
            var forgotten = _checkpoints.Keys.Where(p => partition is null || p == partition).ToList();
            foreach (var one in forgotten) _checkpoints.Remove(one);
            return Task.FromResult(forgotten.Count);
        }
    }
}
