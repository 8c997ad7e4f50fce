namespace AuditWatch.Storage.State;

/// <summary>Who must have seen an alert's change before the outbox forgets it, and how long to wait before telling them again.</summary>
public sealed record OutboxOptions
{
    /// <summary>The consumers. Default: the index copy and the notifier.</summary>
    public IReadOnlyList<string> Consumers { get; init; } = ["index", "notify"];

    /// <summary>Wait after the first attempt; doubled after each further one. Default 2 s.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest wait. Default 5 min.</summary>
    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Wait before what a broker has taken is given to it again, in case it lost it. Default 6 h.</summary>
    public TimeSpan Resend { get; init; } = TimeSpan.FromHours(6);

    /// <summary>For how long a consumer must have failed on an entry before it is parked. Default a day.</summary>
    public TimeSpan ParkAfter { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How often it must have failed at least. Default 5.</summary>
    public int LeastFailures { get; init; } = 5;
}
