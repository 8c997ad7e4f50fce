namespace AuditWatch.Ingest.Completeness;

/// <summary>What is expected of the API servers of one cluster.</summary>
public sealed record CompletenessOptions
{
    /// <summary>How long an API server may be silent; null: four times the longest pause it made on this day and the last, at least five minutes and at most a day.</summary>
    public TimeSpan? Silence { get; init; }

    /// <summary>Whether silence is told at all. Default true.</summary>
    public bool TellsSilence { get; init; } = true;

    /// <summary>How long an API server must have been known before its silence or a change of its policy is told. Default one hour.</summary>
    public TimeSpan Learn { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How often the API servers' own counters are read, to be compared; null: they are not.</summary>
    public TimeSpan? CountersEvery { get; init; }

    /// <summary>The API server whose events the counters count, by the name it has here; null: all of the cluster's.</summary>
    public string? CountedServer { get; init; }

    /// <summary>How far ahead of ours its clock may be. Default 30 s.</summary>
    public TimeSpan Ahead { get; init; } = TimeSpan.FromSeconds(30);
}
