using System.Diagnostics.Metrics;
using AuditWatch.Ingest.Sources;
using AuditWatch.Server.Metrics;

namespace AuditWatch.Server.Sources;

/// <summary><c>auditwatch_source_*</c>, by source (and partition).</summary>
sealed class SourceMetrics : IDisposable
{
    readonly Meter _meter = new(ServerMetrics.MeterName);

    public SourceMetrics(SourceSet sources, Ingest.Sources.Falco.FalcoReceiver falco)
    {
        _meter.CreateObservableCounter("auditwatch_falco_alerts", () => falco.Accepted, description: "Alerts of Falco journaled since start.");
        _meter.CreateObservableGauge("auditwatch_source_up", () => sources.Standings.Select(s => Measure(s, s.State is SourceState.Running or SourceState.Holding ? 1 : 0)), description: "1 while the source reads.");
        _meter.CreateObservableGauge("auditwatch_source_lag_messages", () => sources.Standings.SelectMany(s => s.Partitions.Where(p => p.Lag is not null)
            .Select(p => new Measurement<long>(p.Lag!.Value, new("source", s.Name), new("partition", p.Name)))), description: "Messages that the source holds behind what is durable with us.");
        Counter("auditwatch_source_messages", "Messages taken in durably since start.", s => s.Messages);
        Counter("auditwatch_source_events", "Audit events of them that were new.", s => s.Events);
        Counter("auditwatch_source_repeats", "Audit events of them that the journal already held.", s => s.Repeats);
        Counter("auditwatch_source_errors", "Faults since start, those that cured themselves included.", s => s.Errors);
        Counter("auditwatch_source_lost_messages", "Messages that the source's retention deleted before they were read.", s => s.Lost);

        Counter("auditwatch_source_gaps", "Places where something of unknown size is missing: a file that went before it was read to its end.", s => s.Gaps);
        _meter.CreateObservableGauge("auditwatch_source_lag_bytes", () => sources.Standings.Where(s => s.LagBytes is not null).Select(s => Measure(s, s.LagBytes!.Value)), description: "Bytes of files that are not durable with us yet.");

        void Counter(string name, string description, Func<SourceStanding, long> read) =>
            _meter.CreateObservableCounter(name, () => sources.Standings.Select(s => Measure(s, read(s))), description: description);
    }

    public void Dispose() => _meter.Dispose();

    static Measurement<long> Measure(SourceStanding source, long value) => new(value, new KeyValuePair<string, object?>("source", source.Name));
}
