using System.Collections.Concurrent;

namespace AuditWatch.Ingest.Pipeline;

/// <summary>What has come in since the start, for metrics.</summary>
public sealed class IngestCounters
{
    readonly ConcurrentDictionary<string, long> _quarantined = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, long> _dropped = new(StringComparer.Ordinal);
    long _accepted, _repeats, _conflicting;

    /// <summary>Audit events journaled.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>Audit events that the journal already held.</summary>
    public long Repeats => Interlocked.Read(ref _repeats);

    /// <summary>Another content for a stage of a request that came before.</summary>
    public long Conflicting => Interlocked.Read(ref _conflicting);

    /// <summary>Records newly quarantined, by reason.</summary>
    public IReadOnlyDictionary<string, long> Quarantined => _quarantined;

    /// <summary>Records that are no audit events by design, by category.</summary>
    public IReadOnlyDictionary<string, long> Dropped => _dropped;

    internal void AddEvents(int accepted, int repeats)
    {
        Interlocked.Add(ref _accepted, accepted);
        Interlocked.Add(ref _repeats, repeats);
    }

    internal void AddConflicting(int count) => Interlocked.Add(ref _conflicting, count);

    internal void AddQuarantined(string reason, int count) => _quarantined.AddOrUpdate(reason, count, (_, before) => before + count);

    internal void AddDropped(string category, int count) => _dropped.AddOrUpdate(category, count, (_, before) => before + count);
}
