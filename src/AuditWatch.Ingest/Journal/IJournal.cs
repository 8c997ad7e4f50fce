using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal;

/// <summary>The durable, replayable record of everything received. One contract for local segments and Kafka.</summary>
public interface IJournal : IAsyncDisposable
{
    /// <summary>Appends; returns once the records are durable (fsync or broker acknowledgement). Audit records whose event id was seen before are counted, not stored.</summary>
    ValueTask<AppendResult> AppendAsync(JournalBatch batch, CancellationToken stop);

    /// <summary>Frames after a position, in order; waits for new ones when <paramref name="follow"/>, else ends at the end.</summary>
    IAsyncEnumerable<JournalFrame> ReadAsync(EventPosition after, bool follow, CancellationToken stop);

    /// <summary>The position of the last durable record.</summary>
    EventPosition End { get; }

    /// <summary>Not behind the last record that is durable where the cluster's records go now.</summary>
    EventPosition EndOf(string cluster) => End;

    /// <summary>Like <see cref="ReadAsync"/>, where the cluster's records go now.</summary>
    IAsyncEnumerable<JournalFrame> ReadClusterAsync(string cluster, EventPosition after, bool follow, CancellationToken stop) => ReadAsync(after, follow, stop);
}

/// <summary>Records of one cluster, one source and one kind.</summary>
/// <param name="Cluster">The cluster they belong to.</param>
/// <param name="Source">The source's name, for instance <c>webhook</c>.</param>
/// <param name="SourcePosition">The source's own position (topic/partition/offset, hub/partition/sequence, file/inode/offset), or empty.</param>
/// <param name="Kind">What they are.</param>
/// <param name="Records">Their bytes, after redaction.</param>
public sealed record JournalBatch(string Cluster, string Source, string SourcePosition, RecordKind Kind, IReadOnlyList<ReadOnlyMemory<byte>> Records)
{
    /// <summary>Which API server they came from (address of its posts, pod, log stream, file), or empty: not known.</summary>
    public string ApiServer { get; init; } = "";

    /// <summary>Each record's own time in microseconds since 1970 (0: none), or null: gives frames their time range.</summary>
    public IReadOnlyList<long>? EventTimes { get; init; }

    /// <summary>Each record's identity, by which repeats are told. Null: audit records get theirs from <see cref="EventId.Of"/>; other kinds are always kept.</summary>
    public IReadOnlyList<EventId>? Ids { get; init; }

    internal EventId[] IdentityOf()
    {
        var ids = new EventId[Records.Count];
        for (var i = 0; i < ids.Length; i++) ids[i] = Ids is { } given ? given[i] : EventId.Of(Cluster, Records[i].Span);
        return ids;
    }
}

/// <summary>What became of a batch.</summary>
/// <param name="Stored">Records written.</param>
/// <param name="Repeats">Records that the journal already held.</param>
/// <param name="Last">Position of the last record written (or the journal's end when none was).</param>
public readonly record struct AppendResult(int Stored, int Repeats, EventPosition Last);
