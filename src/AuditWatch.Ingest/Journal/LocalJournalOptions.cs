namespace AuditWatch.Ingest.Journal;

/// <summary>How a local journal is kept.</summary>
public sealed record LocalJournalOptions
{
    /// <summary>A segment ends when it holds this much. Default 256 MiB.</summary>
    public long SegmentBytes { get; init; } = 256L << 20;

    /// <summary>Event ids remembered to tell repeats. Default 1,048,576, a little more than the last million.</summary>
    public int RepeatWindow { get; init; } = 1 << 20;

    /// <summary>zstd level. Default 1.</summary>
    public int CompressionLevel { get; init; } = 1;

    /// <summary>Segments whose last record is older may go. Null: none do. Default 30 days.</summary>
    public TimeSpan? RetainAge { get; init; } = TimeSpan.FromDays(30);

    /// <summary>The oldest segments go while the journal is larger. Null: none do. Default 200 GiB.</summary>
    public long? RetainBytes { get; init; } = 200L << 30;

    /// <summary>Above so many bytes that a reader still has to read, sources are told to wait. Default 8 GiB.</summary>
    public long HighWaterBytes { get; init; } = 8L << 30;

    internal Func<string, ISegmentFile> OpenFile { get; init; } = static path => new SegmentFile(path);
}
