using System.Diagnostics.Metrics;
using AuditWatch.Server.Metrics;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Roles;

/// <summary>What <c>/metrics</c> of a process with some of the roles shows: what it does itself. What is of all of them (the outbox) is shown where alerts are raised.</summary>
sealed class RoleMetrics : IDisposable
{
    readonly Meter _meter = new(ServerMetrics.MeterName);

    public RoleMetrics(SharedStores stores, OwnedPartitions owned, IServiceProvider services)
    {
        _meter.CreateObservableGauge("auditwatch_partition_lag_frames", () => owned.Lags.Select(l => new Measurement<long>(l.Lag, Tag("reader", l.Reader), Tag("partition", l.Partition))),
            description: "Frames of a partition that this process owns, behind what is saved (detect) or settled (index).");
        if (stores.Receivers is { } receivers)
        {
            var ingest = receivers.Pipeline.Counters;
            Counter("auditwatch_journal_events", "Kubernetes audit events that this process has journaled since start.", () => ingest.Accepted);
            Counter("auditwatch_journal_repeats", "Events not journaled because this process had journaled them.", () => ingest.Repeats);
            _meter.CreateObservableCounter("auditwatch_quarantined", () => ingest.Quarantined.Select(q => new Measurement<long>(q.Value, Tag("reason", q.Key))), description: "Records in quarantine, by reason.");
            _meter.CreateObservableCounter("auditwatch_dropped", () => ingest.Dropped.Select(d => new Measurement<long>(d.Value, Tag("category", d.Key))), description: "Records that are no audit events by design, by category.");
            Counter("auditwatch_conflicting_events", "Another content for a stage of a request that came before; both are kept.", () => ingest.Conflicting);
        }
        if (services.GetService(typeof(DetectRole)) is DetectRole detect)
        {
            Counter("auditwatch_alerts_raised", "Alerts raised or joined by new evidence since start.", () => detect.Alerts);
            _meter.CreateObservableGauge("auditwatch_outbox_rows", () => OutboxRows(stores.State) is { } rows ? [new Measurement<long>(rows)] : Array.Empty<Measurement<long>>(), description: "Alert changes that a consumer still has to take.");
            _meter.CreateObservableGauge("auditwatch_parked", () => ServerMetrics.Parked(stores.State), description: "What was given up and waits for somebody: changes of alerts by their consumers, messages of routes.");
            _meter.CreateObservableCounter("auditwatch_rule_matches",
                () => stores.Statistics.Read().Where(r => r.Matches > 0).Select(r => new Measurement<long>(r.Matches, Tag("rule", r.RuleName), Tag("cluster", r.Cluster))), description: "Events that a rule held on.");
            _meter.CreateObservableCounter("auditwatch_rule_unknowns",
                () => stores.Statistics.Read().SelectMany(r => r.Unknown.Select(u => new Measurement<long>(u.Value, Tag("rule", r.RuleName), Tag("cluster", r.Cluster), Tag("reason", u.Key)))),
                description: "Events on which a rule could not be decided, by reason.");
        }
        if (services.GetService(typeof(IndexRole)) is IndexRole index) Counter("auditwatch_elasticsearch_dead_letters", "Documents that Elasticsearch would not take since start.", () => index.DeadLetters);
    }

    public void Dispose() => _meter.Dispose();

    void Counter(string name, string description, Func<long> read) => _meter.CreateObservableCounter(name, read, description: description);

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

    static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
