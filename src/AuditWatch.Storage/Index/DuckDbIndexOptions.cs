namespace AuditWatch.Storage.Index;

/// <summary>How the embedded index works.</summary>
public sealed record DuckDbIndexOptions
{
    /// <summary>Open without writing, as a command does while no server runs. The file must exist.</summary>
    public bool ReadOnly { get; init; }
    /// <summary>A commit after so many rows. Default 122,880: one row group, which DuckDB then writes once, past its log.</summary>
    public int CommitRows { get; init; } = 122_880;
    /// <summary>A commit when its oldest row has waited so long (up to five times as long while rows come fast). Default 1 s.</summary>
    public TimeSpan CommitInterval { get; init; } = TimeSpan.FromSeconds(1);
    /// <summary>Batches that may wait for the writer before a caller does. Default 6: some 12,000 rows.</summary>
    public int QueuedBatches { get; init; } = 6;
    /// <summary>DuckDB's memory, in MB. Default 256.</summary>
    public int MemoryMegabytes { get; init; } = 256;
    /// <summary>DuckDB's threads. Default 2.</summary>
    public int Threads { get; init; } = 2;
}
