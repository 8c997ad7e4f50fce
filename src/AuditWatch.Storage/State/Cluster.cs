namespace AuditWatch.Storage.State;

/// <summary>A cluster that may send.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ClientCn">The common name by which its client certificate is known.</param>
/// <param name="CreatedMicros">When it was added, microseconds since 1970.</param>
public sealed record Cluster(string Name, string ClientCn, long CreatedMicros);
