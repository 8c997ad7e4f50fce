using System.Diagnostics.Metrics;
using AuditWatch.Ingest.Completeness;
using AuditWatch.Server.Configuration;
using AuditWatch.Server.Metrics;

namespace AuditWatch.Server.Completeness;

/// <summary><c>auditwatch_source_api_server_*</c>: how each API server stands. At most 256 of them, those heard last; their names may be made up.</summary>
sealed class CompletenessMetrics : IDisposable
{
    const int Most = 256;
    readonly Meter _meter = new(ServerMetrics.MeterName);
    readonly Func<IReadOnlyCollection<CompletenessLedger>> _ledgers;
    readonly TimeProvider _clock;

    public CompletenessMetrics(Func<IReadOnlyCollection<CompletenessLedger>> ledgers, TimeProvider clock, AuditWatchConfig config)
    {
        var counted = config.Completeness.Where(c => c.Metrics.Count > 0).Select(c => c.Cluster).ToList();
        (_ledgers, _clock) = (ledgers, clock);
        Counter("auditwatch_source_api_server_events", "Audit events in the journal, by the API server they came from.", v => v.Events);
        Counter("auditwatch_source_api_server_repeats", "Events that came again.", v => v.Repeats);
        Counter("auditwatch_source_api_server_truncated", "Events whose bodies Kubernetes left out, or that were cut on their way.", v => v.Truncated + v.Cut);
        Counter("auditwatch_source_api_server_quarantined", "Records that could not be taken as events.", v => v.Quarantined);
        Counter("auditwatch_source_api_server_silences", "How often it was silent for too long.", v => v.Silences);
        Counter("auditwatch_source_api_server_policy_changes", "Changes of its audit policy that were noticed.", v => v.PolicyChanges);
        Gauge("auditwatch_source_api_server_silent", "1 while it is silent for too long.", v => v.SilentSince != 0 ? 1 : 0);
        Gauge("auditwatch_source_api_server_last_received_timestamp_seconds", "When its last event came.", v => v.LastReceived / 1e6);
        Gauge("auditwatch_source_api_server_last_event_timestamp_seconds", "Its newest event's own time.", v => v.LastEvent / 1e6);
        Gauge("auditwatch_source_api_server_ahead_seconds", "How far its newest event was ahead of its receipt; negative: how old it was.", v => v.Ahead / 1e6);
        Counted("auditwatch_source_counted_by_api_server_events", "Audit events that the cluster's API servers counted since the comparison began.", v => v.Says);
        Counted("auditwatch_source_counted_events", "How many of them the journal has.", v => v.Have);
        Counted("auditwatch_source_missing_events", "Audit events that API servers counted and that never came.", v => v.Missing);
        Counted("auditwatch_source_lost_by_api_server_events", "Audit events that API servers say they lost.", v => v.LostThere);
        _meter.CreateObservableCounter("auditwatch_source_api_server_lumped_events", () => ledgers().Sum(l => l.Lumped), description: "Events counted together because more API servers were named than are told apart.");

        void Counted(string name, string description, Func<ComparisonView, long> read) => _meter.CreateObservableGauge(name,
            () => ledgers().SelectMany(l => counted.Select(c => (Cluster: c, View: l.ReadComparison(c, Now())))).Where(c => c.View is not null).Select(c => new Measurement<long>(read(c.View!), new KeyValuePair<string, object?>("cluster", c.Cluster))), description: description);
    }

    public void Dispose() => _meter.Dispose();

    void Counter(string name, string description, Func<ApiServerView, long> read) => _meter.CreateObservableCounter(name, () => Measure(read), description: description);

    void Gauge(string name, string description, Func<ApiServerView, double> read) => _meter.CreateObservableGauge(name, () => Measure(read), description: description);

    long Now() => (_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    IEnumerable<Measurement<T>> Measure<T>(Func<ApiServerView, T> read) where T : struct =>
        _ledgers().SelectMany(l => l.Read(Now())).OrderByDescending(v => v.LastReceived).Take(Most)
            .Select(v => new Measurement<T>(read(v), new("cluster", v.Key.Cluster), new("source", v.Key.Source), new("api_server", v.Key.Name)));
}
