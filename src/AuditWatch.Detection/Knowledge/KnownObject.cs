using AuditWatch.Detection.Alerts;

namespace AuditWatch.Detection.Knowledge;

/// <summary>What is known of an object as of now. Saved with the journal position.</summary>
sealed record KnownObject
{
    public required ObjectName Name { get; init; }

    public string? Uid { get; init; }

    public ObjectName? Owner { get; init; }

    public string? OwnerUid { get; init; }

    /// <summary>Who made it; null: it was there before, or comes from a snapshot.</summary>
    public string? MadeBy { get; init; }

    /// <summary>The request that made it.</summary>
    public RequestKey? MadeIn { get; init; }

    /// <summary>Who changed it last.</summary>
    public string? ChangedBy { get; init; }

    public string? ServiceAccount { get; init; }

    public Powers? Powers { get; init; }

    public ObjectName? Role { get; init; }

    public IReadOnlyList<string>? Subjects { get; init; }

    public string? PodSecurity { get; init; }

    public IReadOnlyList<string>? Targets { get; init; }

    public string? CertificateFor { get; init; }

    /// <summary>Event time of the newest news of it.</summary>
    public long LastMicros { get; init; }
}
