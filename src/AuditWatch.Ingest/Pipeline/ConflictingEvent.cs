using AuditWatch.Events;

namespace AuditWatch.Ingest.Pipeline;

/// <summary>One stage of one request came with another content than before. Both are journaled; neither is trusted more.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="First">The id that came first.</param>
/// <param name="Second">The id that came now.</param>
public readonly record struct ConflictingEvent(string Cluster, EventId First, EventId Second);
