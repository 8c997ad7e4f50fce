namespace AuditWatch.Testing;

/// <summary>The flags of a kube-apiserver's audit webhook; the defaults are Kubernetes' own.</summary>
public sealed record ApiServerEmulatorOptions
{
    /// <summary><c>--audit-webhook-batch-buffer-size</c></summary>
    public int Buffer { get; init; } = 10_000;

    /// <summary><c>--audit-webhook-batch-max-size</c></summary>
    public int BatchSize { get; init; } = 400;

    /// <summary><c>--audit-webhook-batch-max-wait</c></summary>
    public TimeSpan BatchWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary><c>--audit-webhook-batch-throttle-qps</c></summary>
    public double PostsPerSecond { get; init; } = 10;

    /// <summary><c>--audit-webhook-batch-throttle-burst</c></summary>
    public int Burst { get; init; } = 15;

    /// <summary><c>--audit-webhook-initial-backoff</c></summary>
    public TimeSpan InitialBackoff { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one try may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Of the jitter of its pauses.</summary>
    public int Seed { get; init; } = 1;
}
