namespace AuditWatch.Detection.Incidents;

/// <summary>Steps that hang together, and by what. Saved with the journal position.</summary>
sealed class CaseFile
{
    public const int MostSteps = 500, MostLinks = 2000;

    public required string Id { get; init; }

    public List<CaseStep> Steps { get; init; } = [];

    /// <summary>Event time of the last step that had a link, by the link's id.</summary>
    public Dictionary<string, long> Links { get; init; } = new(StringComparer.Ordinal);

    /// <summary>All alerts, those beyond <see cref="MostSteps"/> too.</summary>
    public long AlertCount { get; set; }

    public long LastMicros { get; set; }

    /// <summary>Whether it was told of as an incident.</summary>
    public bool IsTold { get; set; }

    /// <summary>The case it turned out to be part of.</summary>
    public string? MergedInto { get; set; }
}
