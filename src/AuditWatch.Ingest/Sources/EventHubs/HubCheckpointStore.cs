using System.Collections.Concurrent;
using Azure.Messaging.EventHubs.Consumer;
using Azure.Messaging.EventHubs.Primitives;
using Azure.Messaging.EventHubs.Processor;

namespace AuditWatch.Ingest.Sources.EventHubs;

/// <summary>Gives the official processor our store of owners and checkpoints.</summary>
internal sealed class HubCheckpointStore(IPartitionCheckpoints checkpoints, Func<string, CancellationToken, Task<PartitionCheckpoint?>> begin) : CheckpointStore
{
    // The processor asks once with this to see whether the store works.
    const string Probe = "-1";

    /// <summary>The sequence number that each partition was resumed behind.</summary>
    public ConcurrentDictionary<string, long> Resumed { get; } = new();

    public override async Task<IEnumerable<EventProcessorPartitionOwnership>> ListOwnershipAsync(string fullyQualifiedNamespace, string eventHubName, string consumerGroup, CancellationToken cancellationToken)
    {
        var owners = await checkpoints.ListOwnersAsync(new PartitionGroup(fullyQualifiedNamespace, eventHubName, consumerGroup), cancellationToken).ConfigureAwait(false);
        return [.. owners.Select(o => new EventProcessorPartitionOwnership
        {
            FullyQualifiedNamespace = fullyQualifiedNamespace, EventHubName = eventHubName, ConsumerGroup = consumerGroup,
            PartitionId = o.Partition, OwnerIdentifier = o.Owner, Version = o.Version, LastModifiedTime = o.Modified,
        })];
    }

    public override async Task<IEnumerable<EventProcessorPartitionOwnership>> ClaimOwnershipAsync(IEnumerable<EventProcessorPartitionOwnership> desiredOwnership, CancellationToken cancellationToken)
    {
        var desired = desiredOwnership.ToList();
        if (desired.Count == 0) return [];
        var group = new PartitionGroup(desired[0].FullyQualifiedNamespace, desired[0].EventHubName, desired[0].ConsumerGroup);
        var won = await checkpoints.ClaimAsync(group, desired.ConvertAll(d => new PartitionClaim(d.PartitionId, d.OwnerIdentifier, d.Version)), cancellationToken).ConfigureAwait(false);
        foreach (var owner in won)
        {
            var claim = desired.First(d => d.PartitionId == owner.Partition);
            (claim.Version, claim.LastModifiedTime) = (owner.Version, owner.Modified);
        }
        return desired.Where(d => won.Any(o => o.Partition == d.PartitionId)).ToList();
    }

    public override async Task<EventProcessorCheckpoint> GetCheckpointAsync(string fullyQualifiedNamespace, string eventHubName, string consumerGroup, string partitionId, CancellationToken cancellationToken)
    {
        var group = new PartitionGroup(fullyQualifiedNamespace, eventHubName, consumerGroup);
        var found = await checkpoints.FindAsync(group, partitionId, cancellationToken).ConfigureAwait(false);
        if (partitionId == Probe) return null!;
        if (found is null && await begin(partitionId, cancellationToken).ConfigureAwait(false) is { } beginning)
        {
            // Saved at once, so that what comes while nobody reads is not skipped at the next start.
            await checkpoints.SaveAsync(group, partitionId, beginning, "begin", cancellationToken).ConfigureAwait(false);
            found = beginning;
        }
        Resumed.TryRemove(partitionId, out _);
        if (found is null) return null!;   // the default position: the oldest event
        if (found.Sequence >= 0) Resumed[partitionId] = found.Sequence;
        return new EventProcessorCheckpoint
        {
            FullyQualifiedNamespace = fullyQualifiedNamespace, EventHubName = eventHubName, ConsumerGroup = consumerGroup, PartitionId = partitionId,
            // Other processors' checkpoints may lack one of the two.
            StartingPosition = found.Position.Length > 0 ? EventPosition.FromOffset(found.Position, isInclusive: false) : EventPosition.FromSequenceNumber(found.Sequence, isInclusive: false),
        };
    }

    public override Task UpdateCheckpointAsync(string fullyQualifiedNamespace, string eventHubName, string consumerGroup, string partitionId, string clientIdentifier, CheckpointPosition startingPosition, CancellationToken cancellationToken)
    {
        var group = new PartitionGroup(fullyQualifiedNamespace, eventHubName, consumerGroup);
        // Without a position: the base class asks to begin anew, after a failover to a namespace with other offsets.
        return startingPosition.OffsetString is null
            ? checkpoints.ForgetAsync(group, partitionId, cancellationToken)
            : checkpoints.SaveAsync(group, partitionId, new PartitionCheckpoint(startingPosition.OffsetString, startingPosition.SequenceNumber), clientIdentifier, cancellationToken);
    }
}
