namespace AuditWatch.Storage.State;

/// <summary>What a closed alert turned out to be.</summary>
public enum Resolution
{
    /// <summary>What the rule looks for, done by somebody who should not.</summary>
    TruePositive,
    /// <summary>What the rule looks for, done by somebody who may.</summary>
    BenignExpected,
    /// <summary>Not what the rule looks for.</summary>
    Noise,
    /// <summary>Told by another alert already.</summary>
    Duplicate,
}
