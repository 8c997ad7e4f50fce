namespace AuditWatch.Ingest.Sources.Files;

/// <summary>Which files a source follows, and how.</summary>
public sealed record FileTailOptions
{
    /// <summary>The source's name.</summary>
    public required string Name { get; init; }

    /// <summary>The cluster that every event belongs to.</summary>
    public required string Cluster { get; init; }

    /// <summary>The files, by full path; <c>*</c> and <c>?</c> stand for characters within a name. Rotated files are found by themselves and need no pattern.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    /// <summary>At the source's very first start begin behind what the files already hold. Default: with the oldest rotated file that is still there.</summary>
    public bool StartAtLatest { get; init; }

    /// <summary>How often the files are looked at while there is nothing new. Default 200 ms.</summary>
    public TimeSpan PollEvery { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How often the patterns are looked up anew. Default 5 s.</summary>
    public TimeSpan RescanEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What is durable is remembered at most so often. Default 500 ms.</summary>
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>A rotated file is left when it has not grown for so long: its writer may be late in opening the new one. Default 1 s.</summary>
    public TimeSpan SettleAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Bytes of lines that go to the journal together. Default 1 MiB.</summary>
    public int LotBytes { get; init; } = 1 << 20;

    /// <summary>A longer line goes to quarantine with its beginning only. Default 32 MiB.</summary>
    public int MostLineBytes { get; init; } = 32 << 20;
}
