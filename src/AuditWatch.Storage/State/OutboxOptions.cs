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
}
