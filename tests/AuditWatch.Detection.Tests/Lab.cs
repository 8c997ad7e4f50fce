using System.Text;
using System.Text.Json;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Incidents;
using AuditWatch.Detection.Knowledge;
using AuditWatch.Detection.Rules;
using AuditWatch.Detection.State;
using AuditWatch.Events;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Tests;

/// <summary>A journal, a state store and a detection worker in memory; the worker can be killed at any step.</summary>
sealed class Lab
{
    static readonly Lazy<RuleSnapshot> Shipped = new(() =>
    {
        var problems = new List<Problem>();
        var rules = RuleSnapshot.Load(RuleSources.Shipped, problems);
        Assert.DoesNotContain(problems, p => p.Severity == ProblemSeverity.Error);
        return rules;
    });

    static readonly bool IsLong = Environment.GetEnvironmentVariable("AUDITWATCH_LONG") is { Length: > 0 };

    /// <summary>How many random cases a test takes: few in every run, many in <c>.ci/long determinism</c>.</summary>
    public static int Cases(int inEveryRun, int inLongRuns) => IsLong ? inLongRuns : inEveryRun;

    readonly RuleSnapshot _rules;
    readonly ClusterFacts _cluster;
    readonly Dictionary<(string, string, string), StateChange> _state = [];
    readonly Dictionary<string, Alert> _alerts = new(StringComparer.Ordinal);
    readonly Dictionary<string, Incident> _incidents = new(StringComparer.Ordinal);
    EventPosition _committed = EventPosition.Start;

    public Lab(RuleSnapshot? rules = null, ClusterFacts? cluster = null, ClusterBaseline? baseline = null)
    {
        Baseline = baseline;
        _rules = rules ?? Shipped.Value;
        _cluster = cluster ?? new ClusterFacts();
        Engine = NewEngine();
    }

    /// <summary>The id of the rule that finds commands run in pods.</summary>
    public const string Exec = "b2d04728-7418-49b9-9ea4-ec5397d335ab";

    public static RuleSnapshot Rules => Shipped.Value;

    public DetectionEngine Engine { get; private set; }

    public int Crashes { get; private set; }

    public IReadOnlyList<Alert> Alerts => [.. _alerts.Values.OrderBy(a => a.TimeMicros).ThenBy(a => a.Rule.Id, StringComparer.Ordinal).ThenBy(a => a.AlertId, StringComparer.Ordinal)];

    public IReadOnlyList<Alert> Of(string rule) => [.. Alerts.Where(a => a.Rule.Name == rule || a.Rule.Id == rule)];

    /// <summary>Incidents that stand, by first step.</summary>
    public IReadOnlyList<Incident> Incidents => [.. _incidents.Values.Where(i => !i.IsWithdrawn).OrderBy(i => i.FirstMicros).ThenBy(i => i.IncidentId, StringComparer.Ordinal)];

    /// <summary>All incidents ever told of, as they now stand.</summary>
    public string IncidentsText => string.Join('\n', _incidents.Values.OrderBy(i => i.IncidentId, StringComparer.Ordinal).Select(i => JsonSerializer.Serialize(i)));

    /// <summary>The alerts as their JSON, one per line.</summary>
    public string Text => string.Join('\n', Alerts.Select(a => Encoding.UTF8.GetString(AlertJson.ToUtf8(a))));

    /// <summary>The same without the places of the evidence, which a journal cut otherwise gives otherwise.</summary>
    public string TextWithoutPlaces => string.Join('\n', Alerts.Select(a => Encoding.UTF8.GetString(AlertJson.ToUtf8(a with { Evidence = [] })) + a.Evidence.Count));

    /// <summary>
    /// Journals the events in frames of this size and detects; before and after commits the worker dies where <paramref name="dies"/> says so. As many frames share a commit
    /// as are asked for.
    /// </summary>
    public Lab Run(IReadOnlyList<ReadOnlyMemory<byte>> events, int frameSize, Func<bool>? dies = null, long received = 0, int segment = 0, int framesPerCommit = 1)
    {
        var frames = events.Chunk(frameSize).Select((records, i) => new JournaledEvents("lab", segment, i, received, records)).ToList();
        var (next, open) = (0, 0);
        while (next < frames.Count)
        {
            Engine.Judge(frames[next++]);
            if (++open < framesPerCommit && next < frames.Count)
            {
                if (dies?.Invoke() == true) (next, open) = (Restart(), 0);
                continue;
            }

            open = 0;
            var commit = Engine.TakeCommit();
            if (dies?.Invoke() == true) next = Restart();
            else
            {
                Commit(commit);
                if (dies?.Invoke() == true) next = Restart();
            }
        }

        Commit(Engine.Idle("lab", new EventPosition(segment, frames.Count, 0)));
        return this;
    }

    public Lab Run(params An[] events) => Run([.. events.Select(e => e.Event)], 100);

    /// <summary>What was there before the journal; another one counts from the next restart on.</summary>
    public ClusterBaseline? Baseline { get; set; }

    /// <summary>Called with every engine before it reads anything.</summary>
    public Action<DetectionEngine>? OnStart
    {
        get;
        init
        {
            field = value;
            value?.Invoke(Engine);
        }
    }

    /// <summary>What exceptions have hidden, as it was committed.</summary>
    public Dictionary<string, long> Hidden { get; } = new(StringComparer.Ordinal);

    /// <summary>All that would be on disk.</summary>
    public string SavedState => string.Join('\n', _state.Values.Select(s => s.Key + " " + Encoding.UTF8.GetString(s.Value!)));

    /// <summary>What would be on disk is about these.</summary>
    public string SavedKeys => string.Join('\n', _state.Keys.Order());

    /// <summary>The worker dies and takes over again; what comes next is a journal of its own, behind this one.</summary>
    public void Reopen()
    {
        Engine = NewEngine();
        Engine.Resume(new DetectionCheckpoint(_committed, [.. _state.Values]));
    }

    int Restart()
    {
        Crashes++;
        Engine = NewEngine();
        Engine.Resume(new DetectionCheckpoint(_committed, [.. _state.Values]));
        // Frames hold records from index 0 on: the frame after the position, or the one it lies in.
        var after = Engine.ReadAfter;
        return after == EventPosition.Start ? 0 : after.Frame;
    }

    void Commit(DetectionCommit? commit)
    {
        if (commit is null) return;
        foreach (var change in commit.Changes)
        {
            if (change.Value is null) _state.Remove((change.Cluster, change.Kind, change.Key));
            else _state[(change.Cluster, change.Kind, change.Key)] = change;
        }

        foreach (var alert in commit.Alerts) _alerts[alert.AlertId] = alert;
        foreach (var incident in commit.Incidents) _incidents[incident.IncidentId] = incident;
        foreach (var use in commit.Hidden) Hidden[use.Id] = Hidden.GetValueOrDefault(use.Id) + use.Findings;
        _committed = commit.Position;
    }

    DetectionEngine NewEngine()
    {
        var engine = new DetectionEngine(_rules, _ => _cluster, baselines: _ => Baseline);
        OnStart?.Invoke(engine);
        return engine;
    }
}
