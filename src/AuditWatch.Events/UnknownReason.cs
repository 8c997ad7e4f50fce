namespace AuditWatch.Events;

/// <summary>Why the audit log cannot answer a question. Several can hold at once. Values equal those of AuditWatch.Sigma.UnknownReason (a test holds them together).</summary>
[Flags]
public enum UnknownReason : ushort
{
    /// <summary>The log does answer.</summary>
    None = 0,

    /// <summary>The audit policy recorded this event at a level that leaves the part out (a body at Metadata, a response at Request).</summary>
    LevelTooLow = 1,

    /// <summary>The part was cut away: the API server's truncation, a provider's size limit, a salvaged event.</summary>
    Truncated = 2,

    /// <summary>The characters needed were replaced by a redaction mark.</summary>
    Redacted = 4,

    /// <summary>The body is a patch that does not say what the rest of the object holds.</summary>
    PatchFragment = 8,

    /// <summary>The stage at hand does not carry the part yet (no response at RequestReceived).</summary>
    StageNotSeen = 16,

    /// <summary>The body is not valid JSON; found when it was opened.</summary>
    Malformed = 32,

    /// <summary>A first-seen rule has not finished learning.</summary>
    NoBaseline = 64,

    /// <summary>The rule itself failed (threw, ran out of its bound).</summary>
    RuleFailed = 128,
}
