using System.Collections.Concurrent;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Incidents;
using AuditWatch.Detection.Knowledge;
using AuditWatch.Detection.Reasoning;
using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Runtime;
using AuditWatch.Detection.State;
using AuditWatch.Events;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection;

/// <summary>
/// Detection over the journal, for one reader in one thread. The loop around it: load the checkpoint, <see cref="Resume"/>, read the journal after
/// <see cref="ReadAfter"/>, hand every frame over in order, and now and then <see cref="TakeCommit"/> and save it before the next frame. What changes in every frame (an
/// incident, a count) is written once a commit, so several frames share one while there are more to read. A crash anywhere repeats frames, never their effect.
/// </summary>
public sealed class DetectionEngine
{
    readonly RuleSnapshot _rules;
    readonly Func<string, ClusterFacts> _clusters;
    readonly Func<string, ClusterBaseline?>? _baselines;
    readonly string _reader;
    readonly ExceptionsInForce _exceptions;
    // Written by the detection thread; metrics read it from others.
    readonly ConcurrentDictionary<string, ClusterWorker> _workers = new(StringComparer.Ordinal);
    // Clusters of which something was judged since the last commit was taken, in the order in which they came.
    readonly List<ClusterWorker> _judged = [];
    bool _hasMoved;

    /// <summary>Detection with these rules.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="clusters">What is known of a cluster, by name.</param>
    /// <param name="reader">Name of the journal reader.</param>
    /// <param name="baselines">What was there before the journal, by name of cluster; null where nobody said.</param>
    public DetectionEngine(RuleSnapshot rules, Func<string, ClusterFacts> clusters, string reader = "detect", Func<string, ClusterBaseline?>? baselines = null)
    {
        _baselines = baselines;
        _rules = rules;
        _exceptions = new ExceptionsInForce(rules);
        _clusters = clusters;
        _reader = reader;
    }

    /// <summary>The last record that is fully accounted for.</summary>
    public EventPosition Position { get; private set; } = EventPosition.Start;

    /// <summary>Where the journal must be read from: earlier than <see cref="Position"/> by what waited in the reorder buffers.</summary>
    public EventPosition ReadAfter { get; private set; } = EventPosition.Start;

    /// <summary>Name of the journal reader.</summary>
    public string Reader => _reader;

    /// <summary>The rules that are judged by.</summary>
    public RuleSnapshot Rules => _rules;

    /// <summary>Counts of all rules on all clusters.</summary>
    public RuleStatistics Statistics { get; init; } = new();

    /// <summary>Events that did not scan, which the journal should never hold.</summary>
    public long Unreadable { get; private set; }

    /// <summary>Counts of the reasoning layer, by cluster.</summary>
    public IReadOnlyDictionary<string, ReasonerFigures> Reasoning => _workers.ToDictionary(w => w.Key, w => w.Value.Reasoner.Figures, StringComparer.Ordinal);

    /// <summary>Takes over where the last commit left off. Once, before anything else.</summary>
    public void Resume(DetectionCheckpoint checkpoint)
    {
        Position = ReadAfter = checkpoint.Position;
        foreach (var cluster in checkpoint.State.GroupBy(s => s.Cluster, StringComparer.Ordinal))
            if (WorkerOf(cluster.Key).Reasoner.Import(cluster, checkpoint.Position) is var again && again < ReadAfter) ReadAfter = again;
    }

    /// <summary>Exceptions that hold for a part of the journal: new ones, and those that have been ended. What cannot be read goes to <paramref name="problems"/>.</summary>
    public void Hold(IReadOnlyCollection<ExceptionTerm> terms, ICollection<Problem> problems)
    {
        foreach (var term in terms)
            if (_exceptions.Take(term, problems) is { } fact)
                foreach (var worker in _workers.Values) worker.Reasoner.Except(fact);
    }

    /// <summary>Judges events and takes the commit. Null: all of them were accounted for before the restart, there is nothing to commit.</summary>
    public DetectionCommit? Process(JournaledEvents events)
    {
        Judge(events);
        return TakeCommit();
    }

    /// <summary>What was judged since this was last asked; null: nothing that was not accounted for before.</summary>
    public DetectionCommit? TakeCommit()
    {
        if (!_hasMoved) return null;
        _hasMoved = false;
        var changes = new List<StateChange>();
        var alerts = new List<Alert>();
        var incidents = new List<Incident>();
        var hidden = new List<ExceptionUse>();
        foreach (var worker in _judged)
        {
            var changed = worker.Reasoner.TakeChangedAlerts();
            incidents.AddRange(worker.Reasoner.TakeChangedIncidents());
            hidden.AddRange(worker.Reasoner.TakeHidden());
            changes.AddRange(worker.Reasoner.TakeStateChanges(changed));
            alerts.AddRange(changed.Select(a => a.Alert));
        }

        _judged.Clear();
        return new DetectionCommit(_reader, Position, changes, alerts)
        {
            Incidents = incidents, Hidden = [.. hidden.GroupBy(u => u.Id, StringComparer.Ordinal).Select(g => new ExceptionUse(g.Key, g.Sum(u => u.Findings), g.Max(u => u.LastMicros)))],
        };
    }

    /// <summary>Judges events.</summary>
    public void Judge(JournaledEvents events)
    {
        var worker = WorkerOf(events.Cluster);
        worker.Batch.Begin(null, events.Segment, events.Frame);
        for (var i = 0; i < events.Records.Count; i++)
        {
            if (worker.Event.TryRead(events.Records[i], new EventOrigin(0, 0, EnvelopeShape.Event, false), worker.Cluster, events.ReceivedMicros, out _))
                worker.Judge.Judge(worker.Event, events.FirstIndex + i, worker.Batch);
            else Unreadable++;
        }

        var end = new EventPosition(events.Segment, events.Frame, events.FirstIndex + events.Records.Count - 1);
        Reason(worker, events.ReceivedMicros);
        MoveTo(end, worker);
    }

    /// <summary>Judges alerts of Falco and takes the commit. Null: all of them were accounted for before the restart.</summary>
    public DetectionCommit? ProcessFalco(JournaledEvents alerts)
    {
        JudgeFalco(alerts);
        return TakeCommit();
    }

    /// <summary>Judges alerts of Falco.</summary>
    public void JudgeFalco(JournaledEvents alerts)
    {
        var worker = WorkerOf(alerts.Cluster);
        worker.Batch.Begin(null, alerts.Segment, alerts.Frame);
        for (var i = 0; i < alerts.Records.Count; i++)
            if (!worker.Falco.Judge(alerts.Records[i], alerts.FirstIndex + i, alerts.ReceivedMicros, worker.Batch)) Unreadable++;
        Reason(worker, alerts.ReceivedMicros);
        MoveTo(new EventPosition(alerts.Segment, alerts.Frame, alerts.FirstIndex + alerts.Records.Count - 1), worker);
    }

    /// <summary>Judges facts about our own view and takes the commit. Null: all of them were accounted for before the restart.</summary>
    public DetectionCommit? ProcessHealth(JournaledEvents facts)
    {
        JudgeHealth(facts);
        return TakeCommit();
    }

    /// <summary>Judges facts about our own view.</summary>
    public void JudgeHealth(JournaledEvents facts)
    {
        var worker = WorkerOf(facts.Cluster);
        worker.Batch.Begin(null, facts.Segment, facts.Frame);
        for (var i = 0; i < facts.Records.Count; i++)
            if (!worker.Health.Judge(facts.Records[i], facts.FirstIndex + i, facts.ReceivedMicros, worker.Batch)) Unreadable++;
        Reason(worker, facts.ReceivedMicros);
        MoveTo(new EventPosition(facts.Segment, facts.Frame, facts.FirstIndex + facts.Records.Count - 1), worker);
    }

    /// <summary>The alerts that rules may have raised on a health fact, by id.</summary>
    public IReadOnlyList<string> HealthAlertIds(string cluster, string factId, long sinceMicros) =>
        [.. _rules.Health.Select(r => AlertId.Of(cluster, r.Identity.Id, new RequestKey(factId, sinceMicros)))];

    /// <summary>Takes an idle mark and then the commit. Null: it was accounted for before the restart.</summary>
    public DetectionCommit? Idle(string cluster, EventPosition position)
    {
        PassIdle(cluster, position);
        return TakeCommit();
    }

    /// <summary>Takes an idle mark: what waits of the cluster is judged.</summary>
    public void PassIdle(string cluster, EventPosition position)
    {
        if (position <= Position) return;
        var worker = WorkerOf(cluster);
        worker.Reasoner.Idle();
        MoveTo(position, worker);
    }

    /// <summary>Passes over a record that is no audit event.</summary>
    public void Pass(EventPosition position)
    {
        if (position > Position) MoveTo(position, null);
    }

    void Reason(ClusterWorker worker, long receivedMicros)
    {
        var batch = worker.Batch;
        var hit = 0;
        for (var act = 0; act < batch.Count; act++)
        {
            var first = hit;
            while (hit < batch.Hits.Count && batch.Hits[hit].Act == act) hit++;
            if (new EventPosition(batch.Segment, batch.Frame, batch.Acts[act].Place) <= Position) worker.Reasoner.ReadAgain(batch, act, first, hit - first);
            else worker.Reasoner.Take(batch, act, first, hit - first, receivedMicros);
        }

        worker.Reasoner.Conclude();
    }

    void MoveTo(EventPosition end, ClusterWorker? worker)
    {
        if (end <= Position) return;
        Position = end;
        _hasMoved = true;
        if (worker is not null && !_judged.Contains(worker)) _judged.Add(worker);
    }

    ClusterWorker WorkerOf(string name)
    {
        if (_workers.TryGetValue(name, out var worker)) return worker;
        var cluster = _clusters(name) with { Name = name };
        var set = _rules.For(cluster);
        var reasoner = new ClusterReasoner(cluster, _rules);
        foreach (var fact in _exceptions.Facts) reasoner.Except(fact);
        if (_baselines?.Invoke(name) is { } baseline) reasoner.Await(baseline);
        return _workers[name] = new ClusterWorker(
            cluster, new AuditEvent(_rules.Symbols), new EventJudge(new SettledVerdicts(set), Statistics.Open(set, name), _rules.Chains.FollowsCredentials, _exceptions), reasoner, new JudgedBatch(), new FalcoJudge(_rules.Falco, name), new HealthJudge(_rules.Health, name));
    }

    sealed record ClusterWorker(ClusterFacts Cluster, AuditEvent Event, EventJudge Judge, ClusterReasoner Reasoner, JudgedBatch Batch, FalcoJudge Falco, HealthJudge Health);
}
