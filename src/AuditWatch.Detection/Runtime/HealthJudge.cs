using System.Text;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Rules;
using AuditWatch.Events.Health;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.Runtime;

/// <summary>Asks the rules for AuditWatch's own view (<c>logsource: {product: auditwatch, service: health}</c>) about a fact. A fact stands where a request stands elsewhere, so an alert on it has the same id in every replay.</summary>
sealed class HealthJudge(IReadOnlyList<EventRule> rules, string cluster)
{
    // A sentence of ours names paths, addresses and reasons, and is told whole.
    const int LongestSentence = 600;

    readonly HealthView _view = new();

    /// <summary>Judges one record of the journal; false when it is no fact.</summary>
    public bool Judge(ReadOnlyMemory<byte> utf8, int place, long receivedMicros, JudgedBatch batch)
    {
        using var fact = HealthRecord.TryRead(utf8);
        if (fact is null) return false;
        _view.Fact = fact;
        var id = Encoding.UTF8.GetBytes(fact.Id);
        ref var act = ref batch.Add();
        act.Place = place;
        (act.TimeMicros, act.TimeSource) = fact.TimeMicros != 0 ? (fact.TimeMicros, TimeSource.Stage) : (receivedMicros, TimeSource.Receipt);
        act.RequestReceivedMicros = fact.SinceMicros;
        act.Stage = AuditStage.ResponseComplete;
        act.Request = TextHash.OfRequest(id, act.RequestReceivedMicros);
        if (!act.TrySetAuditId(id)) batch.KeepLongAuditId(place, fact.Id);
        act.Actor = TextHash.Of("");
        List<Sighting>? sightings = null;
        EventFacts? facts = null;
        foreach (var rule in rules)
        {
            if (!rule.MakesSightings || Ask(rule, fact) != Truth.True) continue;
            facts ??= Facts(fact, batch, act);
            (sightings ??= []).Add(new Sighting(rule.Identity, facts, Leaves(rule), [], []));
        }

        if (facts is not null) batch.Hits.Add(new EventHit(batch.Count - 1, facts, sightings!));
        return true;
    }

    /// <summary>What a rule says of a fact.</summary>
    public Truth Ask(EventRule rule, HealthRecord fact)
    {
        _view.Fact = fact;
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

    EventFacts Facts(HealthRecord fact, JudgedBatch batch, in Act act) => new()
    {
        Cluster = cluster,
        AuditId = fact.Id,
        RequestReceivedMicros = act.RequestReceivedMicros,
        TimeMicros = act.TimeMicros,
        TimeSource = act.TimeSource,
        Stage = act.Stage,
        EventId = fact.Id,
        Position = batch.PositionOf(act),
        Told = SafeText.Of(fact.Sentence, LongestSentence),
    };
}
