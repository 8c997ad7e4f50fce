namespace AuditWatch.Ingest.Journal;

/// <summary>Records of one kind, cluster and source. Times in microseconds since 1970; event times are 0 when no record had one.</summary>
public sealed record JournalStatsGroup(RecordKind Kind, string Cluster, string Source)
{
    /// <summary>Frames.</summary>
    public long Frames { get; init; }

    /// <summary>Records.</summary>
    public long Records { get; init; }

    /// <summary>Bytes, unpacked.</summary>
    public long RawBytes { get; init; }

    /// <summary>Bytes on disk, headers included.</summary>
    public long PackedBytes { get; init; }

    /// <summary>First receipt.</summary>
    public long FirstReceivedMicros { get; init; }

    /// <summary>Last receipt.</summary>
    public long LastReceivedMicros { get; init; }

    /// <summary>Earliest event.</summary>
    public long MinEventMicros { get; init; }

    /// <summary>Latest event.</summary>
    public long MaxEventMicros { get; init; }
}
