using System.Text;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Events.Model;

namespace AuditWatch.Detection.Reasoning;

/// <summary>
/// The latest stage of requests on which a rule has just held, so that an alert knows how its request ended even if the later stage came first, or in the same
/// batch. Lives from the hit's arrival until its batch, and whatever it still has in the reorder buffer, is judged.
/// </summary>
sealed class StagesSeen
{
    readonly Dictionary<ulong, StageSeen> _latest = [];

    public bool IsEmpty => _latest.Count == 0;

    /// <summary>Begins to follow a hit's request; looks through what came shortly before.</summary>
    public void Follow(EventFacts e, ulong request, ActRing ring)
    {
        if (e.Stage is AuditStage.ResponseComplete or AuditStage.Panic) return;
        if (_latest.ContainsKey(request)) return;
        _latest[request] = new StageSeen(e.Stage, e.TimeMicros, e.Outcome);
        for (var i = 0; i < ring.Count; i++) See(ring[i]);
    }

    public void See(in RecentAct recent)
    {
        var act = recent.Act;
        if (_latest.TryGetValue(act.Request, out var known) && (act.Stage, act.TimeMicros).CompareTo((known.Stage, known.TimeMicros)) > 0)
            _latest[act.Request] = new StageSeen(act.Stage, act.TimeMicros, act.Outcome);
    }

    public StageSeen? Latest(RequestKey request) =>
        _latest.Count == 0 ? null : _latest.GetValueOrDefault(TextHash.OfRequest(Encoding.UTF8.GetBytes(request.AuditId), request.ReceivedMicros));

    public void Clear() => _latest.Clear();
}

sealed record StageSeen(AuditStage Stage, long TimeMicros, Outcome Outcome);
