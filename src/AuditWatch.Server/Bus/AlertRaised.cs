namespace AuditWatch.Server.Bus;

/// <summary>An alert was raised or changed. Version 1. Published from the outbox, at least once; consumers are idempotent by (alert id, version).</summary>
/// <param name="OutboxId">The outbox row it came from.</param>
/// <param name="AlertId">32 hex digits.</param>
/// <param name="AlertJson">The alert as contracts §2 writes it, as it stood then.</param>
/// <param name="IsNew">False when evidence joined an alert that was already raised.</param>
public sealed record AlertRaised(long OutboxId, string AlertId, string AlertJson, bool IsNew);
