using AuditWatch.Detection.Knowledge;
using AuditWatch.Events.Model;
using AuditWatch.Events.Redaction;

namespace AuditWatch.Detection.Scanning;

/// <summary>How an offline run is done.</summary>
public sealed record ScanOptions
{
    /// <summary>The cluster that all inputs belong to.</summary>
    public ClusterFacts Cluster { get; init; } = new();

    /// <summary>What was there before the inputs begin; null: unknown.</summary>
    public ClusterBaseline? Baseline { get; init; }

    /// <summary>Threads that judge.</summary>
    /// <value>Default: one per processor.</value>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>What is redacted before anything is judged.</summary>
    public RedactionOptions Redaction { get; init; } = new();

    /// <summary>Stands in for the time of receipt where an event carries no time at all, microseconds since 1970.</summary>
    public long ReceivedMicros { get; init; }

    /// <summary>Called after every block, on the caller's thread.</summary>
    public Action<ScanProgress>? Progress { get; init; }

    /// <summary>Called for everything that could not be read, in input order, on the caller's thread.</summary>
    public Action<UnreadableInput>? Unreadable { get; init; }
}
