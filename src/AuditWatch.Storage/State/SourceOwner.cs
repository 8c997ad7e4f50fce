namespace AuditWatch.Storage.State;

/// <summary>Who reads a partition.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Owner">The worker; empty when it was given back.</param>
/// <param name="Version">Grows by one with every claim; a claim names the one it saw.</param>
/// <param name="ModifiedMicros">When it was claimed or renewed, microseconds since 1970.</param>
public sealed record SourceOwner(string Partition, string Owner, long Version, long ModifiedMicros);
