namespace AuditWatch.Storage.State;

/// <summary>A consumer group of a hub. Names are lower-case: the service does not tell cases apart.</summary>
/// <param name="Namespace">The host name.</param>
/// <param name="Hub">The hub.</param>
/// <param name="ConsumerGroup">The group.</param>
public sealed record SourceGroup(string Namespace, string Hub, string ConsumerGroup);
