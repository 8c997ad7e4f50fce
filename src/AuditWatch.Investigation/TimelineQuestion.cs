namespace AuditWatch.Investigation;

/// <summary>Who did what around a time.</summary>
/// <param name="Entity">What <paramref name="Value"/> names.</param>
/// <param name="Value">The user, pod, address or credential.</param>
public sealed record TimelineQuestion(TimelineEntity Entity, string Value)
{
    /// <summary>Only this cluster; null for all.</summary>
    public string? Cluster { get; init; }

    /// <summary>Of any of these clusters; null for all. What the caller may see, beside what is asked.</summary>
    public IReadOnlyList<string>? Clusters { get; init; }

    /// <summary>The middle of the window, microseconds since 1970; null: the entity's newest event.</summary>
    public long? AroundMicros { get; init; }

    /// <summary>How far the window reaches to either side. Default 15 min.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>At most so many entries; 0 for all. Default 1000.</summary>
    public int Limit { get; init; } = 1000;

    /// <summary>Where the page before ended (<see cref="TimelineAnswer.Next"/>).</summary>
    public string? Cursor { get; init; }
}
