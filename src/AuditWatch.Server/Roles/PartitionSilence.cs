using AuditWatch.Events;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Pipeline;

namespace AuditWatch.Server.Roles;

/// <summary>
/// Idle marks of a partition, by its owner: only who reads it sees that no ingester brings events of a cluster any more. While there is more to read nothing is silent.
/// </summary>
sealed class PartitionSilence(IJournalPartition partition, IdleMarks marks)
{
    readonly Dictionary<string, EventPosition> _due = new(StringComparer.Ordinal);

    /// <summary>At the start, for clusters that may wait for a mark which their last owner did not live to write.</summary>
    public void Expect(IEnumerable<string> clusters, EventPosition read)
    {
        foreach (var cluster in clusters) _due[cluster] = read;
        if (read >= partition.End) Tell();
    }

    public void OnFrame(JournalFrame frame)
    {
        var last = frame.PositionOf(frame.Records.Count - 1);
        switch (frame.Kind)
        {
            case RecordKind.Audit:
                _due[frame.Cluster] = last;
                break;
            case RecordKind.Idle:
                _due.Remove(frame.Cluster);
                break;
        }
        if (last >= partition.End) Tell();
    }

    void Tell()
    {
        foreach (var (cluster, last) in _due) marks.OnEvents(cluster, last);
        _due.Clear();
    }
}
