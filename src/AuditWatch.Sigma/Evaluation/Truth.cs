namespace AuditWatch.Sigma.Evaluation;

/// <summary>Kleene's three truth values.</summary>
public enum Truth : byte
{
    /// <summary>No.</summary>
    False,
    /// <summary>Yes.</summary>
    True,
    /// <summary>The log cannot say.</summary>
    Unknown,
}
