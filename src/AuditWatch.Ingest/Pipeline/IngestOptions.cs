namespace AuditWatch.Ingest.Pipeline;

/// <summary>Bounds of the road in.</summary>
public sealed record IngestOptions
{
    /// <summary>A larger record goes to quarantine with its length, hash and beginning only. Default 32 MiB.</summary>
    public int MaxRecordBytes { get; init; } = 32 << 20;

    /// <summary>
    /// Bytes that the packed records of one body or message may unpack to together (each by itself: <see cref="MaxRecordBytes"/>); those beyond go to quarantine as too large. They are
    /// opened one after the other, so this bounds work and disk, not memory. Default 512 MiB.
    /// </summary>
    public long MaxUnpackedBytes { get; init; } = 512L << 20;

    /// <summary>Events are handed to the journal when this many bytes have gathered. Default 1 MiB, a full frame.</summary>
    public int AppendBytes { get; init; } = 1 << 20;

    /// <summary>A body of at most this is taken apart in one piece; a larger one item by item, as it arrives. Default 4 MiB.</summary>
    public int WholeBodyBytes { get; init; } = 4 << 20;

    /// <summary>Bytes of bodies held at once, over all requests; further ones wait. Default 96 MiB.</summary>
    public long BodyBytesInFlight { get; init; } = 96L << 20;

    /// <summary>How long a request waits for its share of <see cref="BodyBytesInFlight"/> before it is told to come back. Default 5 s.</summary>
    public TimeSpan BodyWait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Events remembered to notice that one stage of one request came with two contents. Default 200,000 (100,000 requests).</summary>
    public int ConflictWindow { get; init; } = 200_000;
}
