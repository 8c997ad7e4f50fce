namespace AuditWatch.Detection.Incidents;

/// <summary>
/// Alerts that hang together by cause: the same credential, rights granted and used, a token minted and used, an owner and what it owns. Complete as it now
/// stands; each later version replaces the one before under the same id.
/// </summary>
public sealed record Incident
{
    /// <summary>32 hex digits, derived from cluster and first alert; equal on every machine and every replay.</summary>
    public required string IncidentId { get; init; }

    /// <summary>The cluster.</summary>
    public required string Cluster { get; init; }

    /// <summary>The highest level of its alerts.</summary>
    public required string Level { get; init; }

    /// <summary>Event time of the first step, microseconds since 1970.</summary>
    public required long FirstMicros { get; init; }

    /// <summary>Event time of the last step.</summary>
    public required long LastMicros { get; init; }

    /// <summary>Who acted, by name, sorted.</summary>
    public required IReadOnlyList<string> Actors { get; init; }

    /// <summary>Its alerts in the order in which they happened.</summary>
    public required IReadOnlyList<IncidentStep> Steps { get; init; }

    /// <summary>How many alerts it has; more than <see cref="Steps"/> lists when it grew beyond what is kept.</summary>
    public required long AlertCount { get; init; }

    /// <summary>It is none any more: an exception took its alerts away, or it was found to be part of another one.</summary>
    public bool IsWithdrawn { get; init; }

    /// <summary>The incident that it turned out to be part of.</summary>
    public string? MergedInto { get; init; }
}

/// <summary>One alert of an incident.</summary>
/// <param name="AlertId">The alert.</param>
/// <param name="TimeMicros">Event time, microseconds since 1970.</param>
/// <param name="Rule">The rule's name.</param>
/// <param name="Level">The alert's level.</param>
/// <param name="Line">Who did what, in one line.</param>
/// <param name="Reasons">Why it belongs here; empty for the first step.</param>
public sealed record IncidentStep(string AlertId, long TimeMicros, string Rule, string Level, string Line, IReadOnlyList<string> Reasons);
