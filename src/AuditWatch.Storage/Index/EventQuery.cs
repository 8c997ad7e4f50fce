using AuditWatch.Events;

namespace AuditWatch.Storage.Index;

/// <summary>Which events; null means any, several are joined by and. Times are microseconds since 1970.</summary>
public sealed record EventQuery
{
    /// <summary>Of this cluster.</summary>
    public string? Cluster { get; init; }
    /// <summary>Of any of these clusters; null for all. What the caller may see, beside what is asked.</summary>
    public IReadOnlyList<string>? Clusters { get; init; }
    /// <summary>By this user, authenticated or impersonated.</summary>
    public string? User { get; init; }
    /// <summary>With this verb.</summary>
    public string? Verb { get; init; }
    /// <summary>On this resource, or <c>resource/subresource</c>.</summary>
    public string? Resource { get; init; }
    /// <summary>In this namespace.</summary>
    public string? Namespace { get; init; }
    /// <summary>On the object of this name.</summary>
    public string? Name { get; init; }
    /// <summary>From this address: the client's, or any hop's.</summary>
    public string? Ip { get; init; }
    /// <summary>With, or issuing, this credential (<c>JTI=…</c>, <c>X509SHA256=…</c>).</summary>
    public string? Credential { get; init; }
    /// <summary>With any of these credentials.</summary>
    public IReadOnlyList<string>? UsedCredentials { get; init; }
    /// <summary>Issuing any of these credentials.</summary>
    public IReadOnlyList<string>? IssuedCredentials { get; init; }
    /// <summary>By a pod (its token is bound to it) or on a pod: <c>namespace/name</c> or a name.</summary>
    public string? Pod { get; init; }
    /// <summary>With this auditID.</summary>
    public string? AuditId { get; init; }
    /// <summary>The event itself.</summary>
    public EventId? EventId { get; init; }
    /// <summary>Of this stage.</summary>
    public string? Stage { get; init; }
    /// <summary>success, denied, failure or unknown.</summary>
    public string? Outcome { get; init; }
    /// <summary>With this status code.</summary>
    public int? Code { get; init; }
    /// <summary>At this time or later.</summary>
    public long? SinceMicros { get; init; }
    /// <summary>Before this time.</summary>
    public long? UntilMicros { get; init; }
    /// <summary>With this text somewhere in the request URI or the user agent, in any case.</summary>
    public string? Text { get; init; }
    /// <summary>Oldest first instead of newest first.</summary>
    public bool OldestFirst { get; init; }
    /// <summary>At most so many; 0 for all. Default 1000.</summary>
    public int Limit { get; init; } = 1000;
    /// <summary>Where the page before ended (<see cref="EventPage.Next"/>).</summary>
    public string? Cursor { get; init; }
}
