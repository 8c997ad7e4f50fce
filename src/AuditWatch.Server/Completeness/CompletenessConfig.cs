namespace AuditWatch.Server.Completeness;

/// <summary>What is expected of the API servers of one cluster.</summary>
public sealed record CompletenessConfig(string Cluster)
{
    /// <summary>How long one may be silent; null: learnt.</summary>
    public TimeSpan? Silence { get; init; }

    /// <summary>Whether silence is told. Default true.</summary>
    public bool TellsSilence { get; init; } = true;

    /// <summary>How long one must have been known first. Default one hour.</summary>
    public TimeSpan Learn { get; init; } = TimeSpan.FromHours(1);
}
