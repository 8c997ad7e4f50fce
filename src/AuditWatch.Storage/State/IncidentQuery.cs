namespace AuditWatch.Storage.State;

/// <summary>Which incidents; null means any. The one with the newest step first. Times are microseconds since 1970.</summary>
public sealed record IncidentQuery
{
    /// <summary>Of this cluster.</summary>
    public string? Cluster { get; init; }
    /// <summary>Of any of these clusters; null for all. What the caller may see, beside what is asked.</summary>
    public IReadOnlyList<string>? Clusters { get; init; }
    /// <summary>This level or a graver one.</summary>
    public string? MinLevel { get; init; }
    /// <summary>With a step at this time or later.</summary>
    public long? SinceMicros { get; init; }
    /// <summary>Begun before this time.</summary>
    public long? UntilMicros { get; init; }
    /// <summary>At most so many; 0 for all. Default 1000.</summary>
    public int Limit { get; init; } = 1000;
    /// <summary>Where the page before ended.</summary>
    public string? Cursor { get; init; }
}
