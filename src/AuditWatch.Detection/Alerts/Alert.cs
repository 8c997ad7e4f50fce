namespace AuditWatch.Detection.Alerts;

/// <summary>An alert, as contracts §2 writes it. Unknown is null; what is absent is a missing key.</summary>
public sealed record Alert
{
    /// <summary>32 hex digits, derived from cluster, rule and requests; equal on every machine and every replay.</summary>
    public required string AlertId { get; init; }

    /// <summary>Event time of the decisive evidence, microseconds since 1970.</summary>
    public required long TimeMicros { get; init; }

    /// <summary>Where <see cref="TimeMicros"/> came from when it is not the stageTimestamp: <c>request_received</c>, <c>envelope</c>, <c>receipt</c>; else null.</summary>
    public string? TimeSource { get; init; }

    /// <summary>The cluster.</summary>
    public required string Cluster { get; init; }

    /// <summary>informational, low, medium, high, critical.</summary>
    public required string Level { get; init; }

    /// <summary>The rule.</summary>
    public required AlertRule Rule { get; init; }

    /// <summary>Who did what, in one sentence.</summary>
    public required string Sentence { get; init; }

    /// <summary>Who.</summary>
    public required AlertActor Actor { get; init; }

    /// <summary>The event's verb.</summary>
    public required string Verb { get; init; }

    /// <summary>The object; null for non-resource requests.</summary>
    public AlertObject? Object { get; init; }

    /// <summary>success, denied, failure, unknown.</summary>
    public required string Outcome { get; init; }

    /// <summary>The requests of the id and at most the newest 1,000 others.</summary>
    public required IReadOnlyList<string> AuditIds { get; init; }

    /// <summary>Whether more requests joined than <see cref="AuditIds"/> lists.</summary>
    public bool AuditIdsTruncated { get; init; }

    /// <summary>How many requests joined.</summary>
    public required long Count { get; init; }

    /// <summary>Where the evidence lies.</summary>
    public required IReadOnlyList<EvidencePosition> Evidence { get; init; }

    /// <summary>The leaves that matched.</summary>
    public required IReadOnlyList<AlertMatch> Matched { get; init; }

    /// <summary>Correlations and chains: what they group by.</summary>
    public IReadOnlyDictionary<string, string>? GroupBy { get; init; }

    /// <summary>Correlations and chains: event time of the first and the last member, microseconds since 1970.</summary>
    public (long FromMicros, long ToMicros)? Window { get; init; }
}

/// <summary>The rule that raised an alert.</summary>
public sealed record AlertRule(string Id, string Name, string Title, string Revision, IReadOnlyList<string> Attack, IReadOnlyList<string> Tactics);

/// <summary>Who acted. A null is unknown.</summary>
public sealed record AlertActor(
    string? User, IReadOnlyList<string> Groups, string? EffectiveUser, bool Impersonated, string? CredentialId, string? ClientIp, string? UserAgent);

/// <summary>What was acted upon.</summary>
public sealed record AlertObject(string ApiGroup, string Resource, string? Subresource, string? Namespace, string? Name);

/// <summary>One leaf that matched.</summary>
public sealed record AlertMatch(string Selection, string Field, string Value);

/// <summary>Where a piece of evidence lies: in the journal (segment, frame, index), or in a scanned file (file, line).</summary>
public readonly record struct EvidencePosition(int Segment, int Frame, int Index, string? File, long Line)
{
    /// <summary>In the journal.</summary>
    public static EvidencePosition Journal(int segment, int frame, int index) => new(segment, frame, index, null, 0);

    /// <summary>In a file.</summary>
    public static EvidencePosition InFile(string file, long line) => new(0, 0, 0, file, line);
}
