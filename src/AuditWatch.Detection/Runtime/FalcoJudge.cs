using System.Text;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Rules;
using AuditWatch.Events;
using AuditWatch.Events.Falco;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.Runtime;

/// <summary>Asks the rules for Falco (<c>logsource: {product: falco}</c>) about an alert. What holds is a sighting like one on an audit event, so alerts and chains come of it alike.</summary>
sealed class FalcoJudge(IReadOnlyList<EventRule> rules, string cluster)
{
    readonly FalcoView _view = new();

    /// <summary>Judges one record of the journal; false when it is no alert.</summary>
    public bool Judge(ReadOnlyMemory<byte> utf8, int place, long receivedMicros, JudgedBatch batch)
    {
        using var alert = FalcoAlert.TryRead(utf8, out _, out _);
        if (alert is null) return false;
        _view.Alert = alert;
        var id = EventId.Of(cluster, utf8.Span).ToString();
        ref var act = ref batch.Add();
        act.Place = place;
        (act.TimeMicros, act.TimeSource) = alert.TimeMicros != 0 ? (alert.TimeMicros, TimeSource.Stage) : (receivedMicros, TimeSource.Receipt);
        act.RequestReceivedMicros = act.TimeMicros;
        act.Stage = AuditStage.ResponseComplete;
        act.Request = TextHash.OfRequest(Encoding.UTF8.GetBytes(id), act.TimeMicros);
        act.TrySetAuditId(Encoding.UTF8.GetBytes(id));
        act.Actor = TextHash.Of("");
        var sightings = new List<Sighting>();
        EventFacts? facts = null;
        foreach (var rule in rules)
        {
            if (rule.Compiled.EvaluateSafely(_view).Truth != Truth.True || !rule.MakesSightings) continue;
            facts ??= Facts(alert, id, batch, act);
            sightings.Add(new Sighting(rule.Identity, facts, Leaves(rule), [], []));
        }

        if (facts is not null) batch.Hits.Add(new EventHit(batch.Count - 1, facts, sightings));
        return true;
    }

    /// <summary>What a rule says of an alert.</summary>
    public Truth Ask(EventRule rule, FalcoAlert alert)
    {
        _view.Alert = alert;
        return rule.Compiled.EvaluateSafely(_view).Truth;
    }

    List<AlertMatch> Leaves(EventRule rule)
    {
        try
        {
            return [.. rule.Compiled.Explain(_view).Select(l => new AlertMatch(l.Selection, l.Field, l.Value))];
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return [];
        }
    }

    EventFacts Facts(FalcoAlert alert, string id, JudgedBatch batch, in Act act) => new()
    {
        Cluster = cluster,
        AuditId = id,
        RequestReceivedMicros = act.RequestReceivedMicros,
        TimeMicros = act.TimeMicros,
        TimeSource = act.TimeSource,
        Stage = act.Stage,
        EventId = id,
        Position = batch.PositionOf(act),
        Resource = alert.Pod is null ? null : "pods",
        Namespace = alert.Namespace,
        Name = alert.Pod,
        CallerPod = alert.Pod is null ? null : $"{alert.Namespace}/{alert.Pod}",
        Told = FalcoSentence.Of(alert),
    };
}
