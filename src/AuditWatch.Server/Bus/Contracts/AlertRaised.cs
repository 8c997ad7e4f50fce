using MassTransit;

namespace AuditWatch.Server.Bus.Contracts;

/// <summary>
/// An alert was raised or changed. Version 1 of the contract (docs/bus.md). Published from the outbox, at least once; consumers are idempotent and read the alert itself from
/// the state.
/// </summary>
/// <param name="OutboxId">The outbox row it came from.</param>
/// <param name="AlertId">32 hex digits.</param>
/// <param name="Version">The alert's version then; 1 when it was new.</param>
[EntityName(Exchange)]
[MessageUrn("auditwatch:alert-raised:v1")]
public sealed record AlertRaised(long OutboxId, string AlertId, long Version)
{
    internal const string Exchange = "auditwatch.alert-raised.v1";
}
