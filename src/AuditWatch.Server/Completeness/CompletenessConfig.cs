namespace AuditWatch.Server.Completeness;

/// <summary>What is expected of the API servers of one cluster.</summary>
public sealed record CompletenessConfig(string Cluster)
{
    /// <summary>How long one may be silent; null: learnt.</summary>
    public TimeSpan? Silence { get; init; }

    /// <summary>Whether silence is told. Default true.</summary>
    public bool TellsSilence { get; init; } = true;

    /// <summary>The /metrics of its API servers, one URL each; empty: their counters are not compared.</summary>
    public IReadOnlyList<string> Metrics { get; init; } = [];

    /// <summary>The API server that they count, by its name here; null: all of the cluster.</summary>
    public string? ApiServer { get; init; }

    /// <summary>File with the bearer token for them.</summary>
    public string? TokenFile { get; init; }

    /// <summary>File with the authorities to believe; null: the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>How often they are read. Default 30 s.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one must have been known first. Default one hour.</summary>
    public TimeSpan Learn { get; init; } = TimeSpan.FromHours(1);
}
