using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal;

/// <summary>One partition of a journal, as a reader sees it.</summary>
public interface IJournalPartition : IAsyncDisposable
{
    /// <summary>Its number.</summary>
    int Partition { get; }

    /// <summary>Its name in readers' names and figures: <c>0</c>, or topic/partition.</summary>
    string Name { get; }

    /// <summary>The Kafka topic, which evidence and rows name together with the partition; null: the journal is local, and they name segment and frame.</summary>
    string? Topic { get; }

    /// <summary>
    /// Not before the last record that a reader gets: a reader at or behind it has read everything that was there. (For Kafka the frame's place is exact and its index is 0
    /// until the frame was read, so compare with <c>&gt;=</c>, never with <c>==</c>.)
    /// </summary>
    EventPosition End { get; }

    /// <summary>
    /// Clusters whose last word before the position where reading began was an event: an idle mark is due to them. Known from the first frame on. In a journal of several
    /// processes only the owner of a partition can tell that a cluster is silent, so it writes the marks.
    /// </summary>
    IReadOnlyList<string> ClustersWithoutIdleMark { get; }

    /// <summary>
    /// Frames after a position, in order; waits for new ones when <paramref name="follow"/>. Records before <see cref="JournalFrame.FirstIndex"/> are not to be taken:
    /// they were read before, or they are repeats. A frame with repeats comes in pieces, the same frame with a growing count of records, and the last piece has all of
    /// them, with nothing new in it when the last record is a repeat; so the position always arrives at the frame's last record.
    /// </summary>
    IAsyncEnumerable<JournalFrame> ReadAsync(EventPosition after, bool follow, CancellationToken stop);

    /// <summary>One record, for evidence; null when the journal no longer (or not yet) has it.</summary>
    ValueTask<JournalRecord?> ReadRecordAsync(EventPosition position, CancellationToken stop);
}
