using System.Collections.Concurrent;

namespace AuditWatch.Server.Hosting;

/// <summary>How many journaled audit events a reader has not taken yet: two counters that both begin at what was there at start.</summary>
sealed class Backlog
{
    long _journaled, _detected, _indexed;
    readonly ConcurrentDictionary<string, long> _quarantined = new();

    public long Journaled => Interlocked.Read(ref _journaled);

    public long DetectionLag => Math.Max(0, Journaled - Interlocked.Read(ref _detected));

    public long IndexLag => Math.Max(0, Journaled - Interlocked.Read(ref _indexed));

    public IEnumerable<KeyValuePair<string, long>> Quarantined => _quarantined;

    public void OnJournaled(long events) => Interlocked.Add(ref _journaled, events);

    public void OnDetected(long events) => Interlocked.Add(ref _detected, events);

    public void OnIndexed(long events) => Interlocked.Add(ref _indexed, events);

    public void OnQuarantined(string reason, long records = 1) => _quarantined.AddOrUpdate(reason, records, (_, n) => n + records);
}
