namespace AuditWatch.Storage.State;

/// <summary>How far a partition is durable.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Position">The service's own position, a text that is never parsed.</param>
/// <param name="Sequence">The sequence number there.</param>
/// <param name="Client">The worker that wrote it.</param>
/// <param name="ModifiedMicros">When, microseconds since 1970.</param>
public sealed record SourceCheckpoint(string Partition, string Position, long Sequence, string Client, long ModifiedMicros);
