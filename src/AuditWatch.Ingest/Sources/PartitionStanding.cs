namespace AuditWatch.Ingest.Sources;

/// <summary>How one partition that we read stands.</summary>
/// <param name="Name">Topic or hub, and partition: <c>insights-logs-kube-audit/3</c>.</param>
/// <param name="Position">Offset or sequence number of the last message that is durable with us; -1 before the first.</param>
/// <param name="Lag">Messages behind it that the source already holds; null while that is not known.</param>
public readonly record struct PartitionStanding(string Name, long Position, long? Lag);
