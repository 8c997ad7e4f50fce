namespace AuditWatch.Storage.State;

/// <summary>Sigma's levels in their order.</summary>
public static class AlertLevel
{
    static readonly string[] Names = ["informational", "low", "medium", "high", "critical"];

    /// <summary>0 (informational) to 4 (critical).</summary>
    /// <exception cref="FormatException">No such level.</exception>
    public static int RankOf(string level)
    {
        var rank = Array.IndexOf(Names, level);
        return rank >= 0 ? rank : throw new FormatException($"'{level}' is no level; the levels are {string.Join(", ", Names)}.");
    }
}
