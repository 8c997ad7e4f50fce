using AuditWatch.Events;

namespace AuditWatch.Storage.State;

/// <summary>A document that Elasticsearch will not take; its event is in the journal.</summary>
/// <param name="EventId">The event.</param>
/// <param name="Position">Where it lies in the journal.</param>
/// <param name="Cluster">The cluster it belongs to.</param>
/// <param name="ErrorType">What Elasticsearch calls the fault.</param>
/// <param name="Reason">In its words.</param>
/// <param name="Attempts">How often it was refused.</param>
/// <param name="FirstMicros">When first, microseconds since 1970.</param>
/// <param name="LastMicros">When last.</param>
public sealed record DeadLetter(
    EventId EventId, EventPosition Position, string Cluster, string ErrorType, string Reason, long Attempts = 1, long FirstMicros = 0, long LastMicros = 0);
