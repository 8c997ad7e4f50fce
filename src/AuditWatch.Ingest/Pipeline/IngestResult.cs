namespace AuditWatch.Ingest.Pipeline;

/// <summary>What became of an input, once all of it is durable.</summary>
/// <param name="Accepted">Audit events journaled.</param>
/// <param name="Repeats">Audit events that the journal already held.</param>
/// <param name="Quarantined">Records kept in quarantine (those it already held included).</param>
/// <param name="Dropped">Records that are no audit events by design.</param>
/// <param name="Conflicting">Of the accepted: another content for a stage of a request that came before.</param>
public readonly record struct IngestResult(int Accepted, int Repeats, int Quarantined, int Dropped, int Conflicting);
