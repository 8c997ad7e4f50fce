using AuditWatch.Events;

namespace AuditWatch.Storage.State;

/// <summary>What is known of a Falco alert; the alert itself is in the journal.</summary>
/// <param name="Position">Where it lies in the journal.</param>
/// <param name="Cluster">The cluster.</param>
/// <param name="TimeMicros">When, microseconds since 1970.</param>
/// <param name="Namespace">The pod's namespace.</param>
/// <param name="Pod">The pod.</param>
/// <param name="Container">The container's name or id.</param>
/// <param name="Rule">Falco's rule.</param>
/// <param name="Priority">Falco's priority.</param>
/// <param name="Sentence">What happened.</param>
public sealed record FalcoNote(
    EventPosition Position, string Cluster, long TimeMicros, string? Namespace, string? Pod, string? Container, string Rule, string? Priority, string Sentence);
