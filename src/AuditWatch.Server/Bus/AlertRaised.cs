namespace AuditWatch.Server.Bus;

/// <summary>An alert was raised or changed. Version 1 of the contract. Published from the outbox, at least once; consumers are idempotent and read the alert itself from the state.</summary>
/// <param name="OutboxId">The outbox row it came from.</param>
/// <param name="AlertId">32 hex digits.</param>
/// <param name="Version">The alert's version then; 1 when it was new.</param>
public sealed record AlertRaised(long OutboxId, string AlertId, long Version);
