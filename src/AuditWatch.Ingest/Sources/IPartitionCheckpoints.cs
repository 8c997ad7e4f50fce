namespace AuditWatch.Ingest.Sources;

/// <summary>
/// Who reads which partition of a consumer group, and how far each is durable; shared by the workers of the group. Implementations write names in lower case, take
/// times from one clock, and are durable when they return.
/// </summary>
public interface IPartitionCheckpoints
{
    /// <summary>Who reads the partitions.</summary>
    Task<IReadOnlyList<PartitionOwner>> ListOwnersAsync(PartitionGroup group, CancellationToken stop);

    /// <summary>Claims; each is won when its version is still the one given (null: when nobody ever claimed it). Returns what was won, with new versions and times.</summary>
    Task<IReadOnlyList<PartitionOwner>> ClaimAsync(PartitionGroup group, IReadOnlyList<PartitionClaim> claims, CancellationToken stop);

    /// <summary>How far a partition is durable; null when it never was read.</summary>
    Task<PartitionCheckpoint?> FindAsync(PartitionGroup group, string partition, CancellationToken stop);

    /// <summary>Saves how far a partition is durable. A sequence number that is not above the saved one changes nothing.</summary>
    Task SaveAsync(PartitionGroup group, string partition, PartitionCheckpoint checkpoint, string client, CancellationToken stop);

    /// <summary>Forgets how far a group is (null: all its partitions).</summary>
    Task<int> ForgetAsync(PartitionGroup group, string? partition, CancellationToken stop);
}

/// <summary>A consumer group of a hub.</summary>
public sealed record PartitionGroup(string Namespace, string Hub, string ConsumerGroup);

/// <summary>Who reads a partition; an empty owner gave it back.</summary>
public sealed record PartitionOwner(string Partition, string Owner, string Version, DateTimeOffset Modified);

/// <summary>A wish to read a partition.</summary>
public sealed record PartitionClaim(string Partition, string Owner, string? Version);

/// <summary>How far a partition is durable: the service's own position (never parsed; empty: only the number is known) and the sequence number there (-1: not known).</summary>
public sealed record PartitionCheckpoint(string Position, long Sequence);
