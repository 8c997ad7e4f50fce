using System.Collections.Concurrent;
using AuditWatch.Detection;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Incidents;
using AuditWatch.Detection.Rules;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Scenarios;

/// <summary>Runs events through detection as the server does: frame by frame, every frame committed.</summary>
static class Replay
{
    static readonly ConcurrentDictionary<IReadOnlyList<ReadOnlyMemory<byte>>, Lazy<Replayed>> Known = new(ReferenceEqualityComparer.Instance);

    static readonly Lazy<RuleSnapshot> Shipped = new(() =>
    {
        var problems = new List<Problem>();
        var rules = RuleSnapshot.Load(RuleSources.Shipped, problems);
        Assert.DoesNotContain(problems, p => p.Severity == ProblemSeverity.Error);
        return rules;
    });

    public static RuleSnapshot Rules => Shipped.Value;

    public static (DetectionEngine Engine, IReadOnlyList<Alert> Alerts) Run(IReadOnlyList<ReadOnlyMemory<byte>> events, int batch = 400, ClusterFacts? cluster = null)
    {
        var (engine, alerts, _) = RunWhole(events, batch, cluster);
        return (engine, alerts);
    }

    /// <summary>With the incidents that stand at the end, by first step.</summary>
    public static Replayed RunWhole(IReadOnlyList<ReadOnlyMemory<byte>> events, int batch = 400, ClusterFacts? cluster = null) =>
        // Several tests ask what became of the same recording.
        batch == 400 && cluster is null ? Known.GetOrAdd(events, e => new Lazy<Replayed>(() => RunAnew(e))).Value : RunAnew(events, batch, cluster);

    /// <summary>The same, not remembered.</summary>
    public static Replayed RunAnew(IReadOnlyList<ReadOnlyMemory<byte>> events, int batch = 400, ClusterFacts? cluster = null)
    {
        var incidents = new Dictionary<string, Incident>(StringComparer.Ordinal);
        var engine = new DetectionEngine(Rules, _ => cluster ?? new ClusterFacts());
        var alerts = new Dictionary<string, Alert>(StringComparer.Ordinal);
        var frame = 0;
        foreach (var records in events.Chunk(batch)) Keep(engine.Process(new JournaledEvents("lab", 0, frame++, 0, records)));
        Keep(engine.Idle("lab", new(0, frame, 0)));
        return new(engine, [.. alerts.Values.OrderBy(a => a.TimeMicros).ThenBy(a => a.Rule.Id, StringComparer.Ordinal).ThenBy(a => a.AlertId, StringComparer.Ordinal)],
            [.. incidents.Values.Where(i => !i.IsWithdrawn).OrderBy(i => i.FirstMicros).ThenBy(i => i.IncidentId, StringComparer.Ordinal)]);

        void Keep(Detection.State.DetectionCommit? commit)
        {
            foreach (var alert in commit!.Alerts) alerts[alert.AlertId] = alert;
            foreach (var incident in commit.Incidents) incidents[incident.IncidentId] = incident;
        }
    }
}

/// <summary>What became of events.</summary>
sealed record Replayed(DetectionEngine Engine, IReadOnlyList<Alert> Alerts, IReadOnlyList<Incident> Incidents);
