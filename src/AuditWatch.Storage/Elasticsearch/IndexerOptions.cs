namespace AuditWatch.Storage.Elasticsearch;

/// <summary>How much the indexer sends at once, and how it waits.</summary>
public sealed record IndexerOptions
{
    /// <summary>A body is sent at this many bytes. Default 5 MiB.</summary>
    public int BodyBytes { get; init; } = 5 << 20;

    /// <summary>Or at this many documents. Default 4,000; at most 5,000, which one look-up by ids can answer for.</summary>
    public int BodyDocuments { get; init; } = 4_000;

    /// <summary>Most requests at once. Default 4.</summary>
    public int Concurrency { get; init; } = 4;

    /// <summary>Longest wait before the first retry; doubled for each further one, of which a random part is waited. Default 400 ms.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>The longest wait. Default 30 s.</summary>
    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether bodies are compressed; null: unless Elasticsearch is on this machine.</summary>
    public bool? Compress { get; init; }
}
