using AuditWatch.Events;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Pipeline;

namespace AuditWatch.Server.Hosting;

/// <summary>How many journaled audit events each reader has still to settle. Counted from frame headers at start, so the figures are true after any restart.</summary>
sealed class Backlog
{
    readonly IngestCounters _counters;
    readonly long _atStart;

    public Backlog(string journal, Func<EventPosition> detected, Func<EventPosition>? indexed, Func<EventPosition>? elasticsearch, IngestCounters counters, CancellationToken stop)
    {
        var (all, after) = JournalCount.AuditEvents(journal, [detected(), indexed?.Invoke() ?? default, elasticsearch?.Invoke() ?? default], stop);
        (_counters, _atStart) = (counters, all);
        Detected = new ReaderProgress(all - after[0], detected);
        if (indexed is not null) Indexed = new ReaderProgress(all - after[1], indexed);
        if (elasticsearch is not null) Elasticsearch = new ReaderProgress(all - after[2], elasticsearch);
    }

    public ReaderProgress Detected { get; }

    /// <summary>What is settled in the embedded index; null without it.</summary>
    public ReaderProgress? Indexed { get; }

    /// <summary>What is settled in Elasticsearch; null without it.</summary>
    public ReaderProgress? Elasticsearch { get; }

    public long Journaled => _atStart + _counters.Accepted;

    public long DetectionLag => Math.Max(0, Journaled - Detected.Settled);

    /// <summary>Journaled, not yet in the embedded index, or (where there is one) not yet settled in Elasticsearch.</summary>
    public long IndexLag => Math.Max(0, Journaled - Math.Min(Indexed?.Settled ?? long.MaxValue, Elasticsearch?.Settled ?? long.MaxValue));
}
