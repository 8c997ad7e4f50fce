namespace AuditWatch.Ingest.Completeness;

/// <summary>How an API server stands, for people and metrics. Times are microseconds since 1970; 0: never.</summary>
public sealed record ApiServerView(ApiServerKey Key)
{
    /// <summary><c>speaks</c>, <c>silent</c>, or <c>new</c> while too little is known of it to say.</summary>
    public required string State { get; init; }

    /// <summary>Audit events of it in the journal, since it is known.</summary>
    public required long Events { get; init; }

    /// <summary>Events per second over the last five minutes.</summary>
    public required double Rate { get; init; }

    /// <summary>Events that came again, quarantined records, events truncated by Kubernetes, events cut on their way.</summary>
    public required long Repeats { get; init; }

    /// <summary>Quarantined records.</summary>
    public required long Quarantined { get; init; }

    /// <summary>Events whose bodies Kubernetes left out because they were too large.</summary>
    public required long Truncated { get; init; }

    /// <summary>Events cut on their way to us.</summary>
    public required long Cut { get; init; }

    /// <summary>First receipt.</summary>
    public required long FirstReceived { get; init; }

    /// <summary>Last receipt.</summary>
    public required long LastReceived { get; init; }

    /// <summary>Oldest event.</summary>
    public required long FirstEvent { get; init; }

    /// <summary>Newest event.</summary>
    public required long LastEvent { get; init; }

    /// <summary>Since when it is silent.</summary>
    public required long SilentSince { get; init; }

    /// <summary>Its longest pause of today and yesterday, microseconds.</summary>
    public required long UsualPause { get; init; }

    /// <summary>After how much silence it is told; null: not at all yet.</summary>
    public required long? Patience { get; init; }

    /// <summary>How often it was silent.</summary>
    public required long Silences { get; init; }

    /// <summary>The longest of them, microseconds.</summary>
    public required long LongestSilence { get; init; }

    /// <summary>How far its newest event was ahead of its receipt, microseconds; negative: how old it was.</summary>
    public required long Ahead { get; init; }

    /// <summary>Changes of its audit policy that were noticed.</summary>
    public required long PolicyChanges { get; init; }

    /// <summary>Events by stage and by level.</summary>
    public required IReadOnlyDictionary<string, long> Stages { get; init; }

    /// <summary>Events by level.</summary>
    public required IReadOnlyDictionary<string, long> Levels { get; init; }
}
