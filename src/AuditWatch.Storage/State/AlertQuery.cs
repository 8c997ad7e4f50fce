namespace AuditWatch.Storage.State;

/// <summary>Which alerts; null means any. Newest first. Times are microseconds since 1970.</summary>
public sealed record AlertQuery
{
    /// <summary>Only these.</summary>
    public IReadOnlyCollection<string>? Ids { get; init; }
    /// <summary>Of this cluster.</summary>
    public string? Cluster { get; init; }
    /// <summary>Of any of these clusters; null for all. What the caller may see, beside what is asked.</summary>
    public IReadOnlyList<string>? Clusters { get; init; }
    /// <summary>This level or a graver one.</summary>
    public string? MinLevel { get; init; }
    /// <summary>Of this rule, by id or name.</summary>
    public string? Rule { get; init; }
    /// <summary>With this status.</summary>
    public AlertStatus? Status { get; init; }
    /// <summary>With any status but closed.</summary>
    public bool OnlyOpen { get; init; }
    /// <summary>Closed as this.</summary>
    public Resolution? Resolution { get; init; }
    /// <summary>Of this assignee.</summary>
    public string? Assignee { get; init; }
    /// <summary>Of nobody.</summary>
    public bool OnlyUnassigned { get; init; }
    /// <summary>With this tag.</summary>
    public string? Tag { get; init; }
    /// <summary>At this time or later.</summary>
    public long? SinceMicros { get; init; }
    /// <summary>Before this time.</summary>
    public long? UntilMicros { get; init; }
    /// <summary>By this user, authenticated or impersonated.</summary>
    public string? User { get; init; }
    /// <summary>With this credential.</summary>
    public string? Credential { get; init; }
    /// <summary>From this address.</summary>
    public string? ClientIp { get; init; }
    /// <summary>On an object in this namespace.</summary>
    public string? Namespace { get; init; }
    /// <summary>At most so many; 0 for all. Default 1000.</summary>
    public int Limit { get; init; } = 1000;
    /// <summary>Where the page before ended (<see cref="AlertPage.Next"/>).</summary>
    public string? Cursor { get; init; }
}
