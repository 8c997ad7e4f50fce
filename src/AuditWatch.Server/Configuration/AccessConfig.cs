namespace AuditWatch.Server.Configuration;

/// <summary>How often callers may ask.</summary>
public sealed record AccessConfig
{
    /// <summary>Requests of one principal per second, with ten seconds' worth at once. Default 100.</summary>
    public int RequestsPerSecond { get; init; } = 100;

    /// <summary>Requests without a valid credential from one address per minute, beyond which they are answered 429. Default 30.</summary>
    public int FailuresPerMinute { get; init; } = 30;
}
