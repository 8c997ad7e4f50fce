namespace AuditWatch.Ingest.Journal;

/// <summary>What a journal frame's records are.</summary>
public enum RecordKind : byte
{
    /// <summary>Kubernetes audit events, one JSON object each, after redaction.</summary>
    Audit = 1,
    /// <summary>Falco alerts.</summary>
    Falco = 2,
    /// <summary>AuditWatch's own access records.</summary>
    Access = 3,
    /// <summary>Quarantined records (JSON: reason, detail, bytes, salvaged text), cleaned.</summary>
    Quarantine = 4,
    /// <summary>The source has been idle: event time may be taken to have passed (one record, JSON).</summary>
    Idle = 5,
    /// <summary>What AuditWatch noticed about its own view: an API server fell silent, its policy changed, events are missing (JSON).</summary>
    Health = 6,
}
