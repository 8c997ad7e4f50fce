namespace AuditWatch.Sigma.Evaluation;

/// <summary>Why a question cannot be answered from what was logged. Several can hold at once.</summary>
[Flags]
public enum UnknownReason : ushort
{
    /// <summary>It can.</summary>
    None = 0,
    /// <summary>The log's level leaves the part out.</summary>
    LevelTooLow = 1,
    /// <summary>The part was cut away.</summary>
    Truncated = 2,
    /// <summary>The characters needed were replaced by a redaction mark.</summary>
    Redacted = 4,
    /// <summary>The part is a patch that does not say the rest.</summary>
    PatchFragment = 8,
    /// <summary>This stage does not carry the part yet.</summary>
    StageNotSeen = 16,
    /// <summary>The part is malformed.</summary>
    Malformed = 32,
    /// <summary>Still learning what is normal.</summary>
    NoBaseline = 64,
    /// <summary>The rule itself failed.</summary>
    RuleFailed = 128,
}
