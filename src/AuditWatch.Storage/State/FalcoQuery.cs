namespace AuditWatch.Storage.State;

/// <summary>Which Falco alerts; null means any, several are joined by and.</summary>
public sealed record FalcoQuery
{
    /// <summary>Of this cluster.</summary>
    public string? Cluster { get; init; }

    /// <summary>Of any of these clusters; null for all. What the caller may see, beside what is asked.</summary>
    public IReadOnlyList<string>? Clusters { get; init; }

    /// <summary>In this namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>In this pod.</summary>
    public string? Pod { get; init; }

    /// <summary>In this container, by name or id.</summary>
    public string? Container { get; init; }

    /// <summary>At this time or later.</summary>
    public long? SinceMicros { get; init; }

    /// <summary>Before this time.</summary>
    public long? UntilMicros { get; init; }

    /// <summary>At most so many, newest first; 0 for all. Default 1000.</summary>
    public int Limit { get; init; } = 1000;
}
