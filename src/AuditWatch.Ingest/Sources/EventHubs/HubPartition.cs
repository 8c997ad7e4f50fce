using Azure.Messaging.EventHubs;
using Azure.Messaging.EventHubs.Primitives;

namespace AuditWatch.Ingest.Sources.EventHubs;

/// <summary>What is known of a partition while we read it; the client makes a new one at each start of a partition.</summary>
public sealed class HubPartition : EventProcessorPartition
{
    /// <summary>The sequence number that should come next; -1 when any may.</summary>
    internal long Expected { get; set; } = -1;

    internal bool HasBegun { get; set; }

    /// <summary>What is on its way to the journal.</summary>
    internal Task Writing { get; set; } = Task.CompletedTask;

    /// <summary>The last event of what is durable and not checkpointed; null when there is none.</summary>
    internal volatile EventData? Unsaved;

    internal long SavedAt { get; set; }

    /// <summary>The checkpoint that is being written: one after the other.</summary>
    internal Task Saving { get; set; } = Task.CompletedTask;
}
