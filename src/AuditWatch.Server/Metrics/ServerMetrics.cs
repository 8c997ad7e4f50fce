using System.Diagnostics.Metrics;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Pipeline;
using AuditWatch.Server.Hosting;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Metrics;

/// <summary>What <c>/metrics</c> shows; names and meanings are a contract. Everything is read when asked for, so no hot path pays for it.</summary>
sealed class ServerMetrics : IDisposable
{
    public const string MeterName = "AuditWatch";

    // Shown from the start, so that the first bad record is an increase and not a new series.
    static readonly string[] UsualReasons = ["malformed-json", "not-an-audit-event", "malformed-envelope", "too-large", "too-deep", "redaction-failed"];
    readonly Meter _meter = new(MeterName);

    public ServerMetrics(LocalJournal journal, IngestCounters ingest, Backlog backlog, StateStore state, RuleStatistics rules, Func<long> alerts, Func<long> deadLetters, Func<bool> isSettled)
    {
        Counter("auditwatch_journal_events", "Kubernetes audit events in the journal: what it held at start and what was added since.", () => backlog.Journaled);
        Counter("auditwatch_journal_repeats", "Records not stored because the journal already held them.", () => journal.RepeatedRecords);
        Gauge("auditwatch_journal_size_bytes", "Bytes of the journal on disk.", () => journal.SizeBytes);
        Gauge("auditwatch_journal_unread_bytes", "Bytes that the slowest reader has not read.", () => journal.UnreadBytes);
        Gauge("auditwatch_detection_lag_events", "Journaled, not yet detected.", () => backlog.DetectionLag);
        Gauge("auditwatch_index_lag_events", "Journaled, not yet indexed.", () => backlog.IndexLag);
        Gauge("auditwatch_settled", "1 when everything journaled is judged, saved and indexed, and no cluster's last events still wait for a second of silence.", () => isSettled() ? 1 : 0);
        Counter("auditwatch_alerts_raised", "Alerts raised or joined by new evidence since start.", () => alerts());
        Gauge("auditwatch_outbox_rows", "Alert changes that a consumer still has to take.", () => OutboxRows(state));
        _meter.CreateObservableGauge("auditwatch_parked", () => Parked(state), description: "What was given up and waits for somebody: changes of alerts by their consumers, messages of routes.");
        _meter.CreateObservableCounter("auditwatch_quarantined", () => UsualReasons.Union(ingest.Quarantined.Keys).Select(reason => new Measurement<long>(ingest.Quarantined.GetValueOrDefault(reason), Tag("reason", reason))), description: "Records in quarantine, by reason.");
        _meter.CreateObservableCounter("auditwatch_dropped", () => ingest.Dropped.Select(d => new Measurement<long>(d.Value, Tag("category", d.Key))), description: "Records that are no audit events by design, by category.");
        Counter("auditwatch_conflicting_events", "Another content for a stage of a request that came before; both are kept.", () => ingest.Conflicting);
        Counter("auditwatch_elasticsearch_dead_letters", "Documents that Elasticsearch would not take: those kept at start and those since.", () => deadLetters());
        _meter.CreateObservableCounter("auditwatch_rule_matches",
            () => rules.Read().Where(r => r.Matches > 0).Select(r => new Measurement<long>(r.Matches, Tag("rule", r.RuleName), Tag("cluster", r.Cluster))), description: "Events that a rule held on.");
        _meter.CreateObservableCounter("auditwatch_rule_unknowns",
            () => rules.Read().SelectMany(r => r.Unknown.Select(u => new Measurement<long>(u.Value, Tag("rule", r.RuleName), Tag("cluster", r.Cluster), Tag("reason", u.Key)))),
            description: "Events on which a rule could not be decided, by reason.");
    }

    // A scrape does not wait for a database that is away.
    static long? OutboxRows(StateStore state)
    {
        try
        {
            return state.IsReachable ? state.OutboxBacklogAsync(CancellationToken.None).GetAwaiter().GetResult().Waiting : null;
        }
        catch (StateUnavailableException)
        {
            return null;
        }
    }

    internal static IEnumerable<Measurement<long>> Parked(StateStore state)
    {
        try
        {
            if (!state.IsReachable) return [];
            var (changes, messages) = state.CountParkedAsync(CancellationToken.None).GetAwaiter().GetResult();
            return [new Measurement<long>(changes, Tag("what", "changes")), new Measurement<long>(messages, Tag("what", "messages"))];
        }
        catch (StateUnavailableException)
        {
            return [];
        }
    }

    public void Dispose() => _meter.Dispose();

    void Counter(string name, string description, Func<long?> read) => _meter.CreateObservableCounter(name, () => Known(read()), description: description);

    void Gauge(string name, string description, Func<long?> read) => _meter.CreateObservableGauge(name, () => Known(read()), description: description);

    // What is not known yet is not shown, rather than shown as nothing.
    static IEnumerable<Measurement<long>> Known(long? value) => value is { } known ? [new Measurement<long>(known)] : [];

    static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
