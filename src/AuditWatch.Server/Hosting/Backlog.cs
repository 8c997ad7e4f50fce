using AuditWatch.Events;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Pipeline;

namespace AuditWatch.Server.Hosting;

/// <summary>How many journaled audit events each reader has still to take. Counted from frame headers at start, so the figures are true after any restart.</summary>
sealed class Backlog
{
    readonly IngestCounters _counters;
    readonly long _atStart;
    long _detected, _indexed;

    public Backlog(string journal, EventPosition detected, EventPosition indexed, IngestCounters counters, CancellationToken stop)
    {
        var (all, after) = JournalCount.AuditEvents(journal, [detected, indexed], stop);
        (_counters, _atStart, _detected, _indexed) = (counters, all, all - after[0], all - after[1]);
    }

    public long Journaled => _atStart + _counters.Accepted;

    public long DetectionLag => Math.Max(0, Journaled - Interlocked.Read(ref _detected));

    public long IndexLag => Math.Max(0, Journaled - Interlocked.Read(ref _indexed));

    public void OnDetected(long events) => Interlocked.Add(ref _detected, events);

    public void OnIndexed(long events) => Interlocked.Add(ref _indexed, events);
}
