using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using AuditWatch.Detection.Rules;
using AuditWatch.Events.Model;

namespace AuditWatch.Detection.Alerts;

/// <summary>An alert that more evidence can still join. What it says depends on the evidence alone, not on the order in which that came.</summary>
sealed class OpenAlert
{
    public const int MostRequests = 1000, MostEvidence = 5000;

    readonly Dictionary<string, EvidenceMark> _evidence = new(StringComparer.Ordinal);
    readonly Dictionary<RequestKey, long> _requests = [];
    EventFacts? _decisive;

    public OpenAlert(Finding finding)
    {
        Id = finding.AlertId;
        By = finding.By;
        Level = finding.Level;
        Anchor = finding.Request;
        Join(finding);
    }

    public OpenAlert(OpenAlertRecord saved)
    {
        Alert = AlertJson.Parse(saved.Alert);
        (Id, Level, Anchor, Count, _decisive) = (Alert.AlertId, Alert.Level, saved.Anchor, saved.Count, saved.Decisive);
        By = new RuleIdentity(Alert.Rule, Alert.Level, RaisesAlert: true);
        foreach (var mark in saved.Evidence) _evidence[mark.Identity] = mark;
        foreach (var request in saved.Requests) _requests[request.Key] = request.FirstMicros;
        LastMicros = saved.LastMicros;
        (OutcomeStage, OutcomeMicros, Outcome) = (saved.OutcomeStage, saved.OutcomeMicros, saved.Outcome);
    }

    public string Id { get; }

    public RuleIdentity By { get; }

    public string Level { get; }

    /// <summary>The request that makes it this alert.</summary>
    public RequestKey Anchor { get; }

    /// <summary>The request that first met the rule.</summary>
    public RequestKey DecisiveRequest => _decisive!.Request;

    public long Count { get; private set; }

    /// <summary>Event time of the newest evidence.</summary>
    public long LastMicros { get; private set; }

    public AuditStage OutcomeStage { get; private set; }

    public long OutcomeMicros { get; private set; }

    public Outcome Outcome { get; private set; }

    public Alert Alert { get; private set; } = null!;

    /// <summary>Whether other requests can join.</summary>
    public bool IsStory => Alert.Window is not null;

    /// <summary>Whether no later stage of the deciding request can come.</summary>
    public bool IsOver => OutcomeStage is AuditStage.ResponseComplete or AuditStage.Panic;

    /// <summary>Takes in a finding of the same rule and anchor. False when it says nothing new.</summary>
    public bool Join(Finding finding)
    {
        var members = finding.Story?.Members ?? [finding.End];
        var news = false;
        foreach (var member in members) news |= Add(member.Event);
        var request = finding.End.Event.Request;
        if (_decisive is null || (request == DecisiveRequest && finding.End.Event.Key < _decisive.Key)) Decide(finding);
        else if (!news) return false;
        See(request, finding.End.Event.Stage, finding.End.TimeMicros, finding.End.Event.Outcome);
        Render();
        return true;
    }

    /// <summary>Takes in a later stage of the deciding request. False when it is none.</summary>
    public bool See(RequestKey request, AuditStage stage, long timeMicros, Outcome outcome)
    {
        if (request != DecisiveRequest || (stage, timeMicros).CompareTo((OutcomeStage, OutcomeMicros)) <= 0) return false;
        (OutcomeStage, OutcomeMicros) = (stage, timeMicros);
        if (outcome == Outcome) return false;
        Outcome = outcome;
        Render();
        return true;
    }

    public OpenAlertRecord ToRecord() => new(
        AlertJson.ToUtf8(Alert), Anchor, _decisive!, Count, LastMicros, OutcomeStage, OutcomeMicros, Outcome,
        [.. _evidence.Values], [.. _requests.Select(r => new SeenRequest(r.Key, r.Value))]);

    bool Add(EventFacts e)
    {
        var mark = new EvidenceMark(e.Key, e.EventId.Length > 0 ? e.EventId : $"{e.AuditId}/{e.Stage}/{e.TimeMicros}", e.Position);
        LastMicros = Math.Max(LastMicros, e.TimeMicros);
        if (_requests.TryAdd(e.Request, e.TimeMicros)) Count++;
        if (_requests.Count > MostRequests + 2) _requests.Remove(_requests.Where(r => r.Key != Anchor && r.Key != DecisiveRequest).MinBy(r => (r.Value, r.Key)).Key);
        if (_evidence.Count >= MostEvidence) return _evidence.ContainsKey(mark.Identity) is false;
        return _evidence.TryAdd(mark.Identity, mark);
    }

    void Decide(Finding finding)
    {
        var e = finding.End.Event;
        _decisive = e;
        Alert = new Alert
        {
            AlertId = Id,
            TimeMicros = e.TimeMicros,
            TimeSource = e.TimeSource switch { TimeSource.RequestReceived => "request_received", TimeSource.Envelope => "envelope", TimeSource.Receipt => "receipt", _ => null },
            Cluster = e.Cluster,
            Level = Level,
            Rule = By.Rule,
            Sentence = "",
            Actor = new AlertActor(e.User, e.Groups, e.EffectiveUser, e.Impersonated, e.CredentialId, e.ClientIp, e.UserAgent),
            Verb = e.Verb,
            Object = e.Resource is null ? null : new AlertObject(e.ApiGroup, e.Resource, e.Subresource, e.Namespace, e.Name),
            Outcome = "",
            AuditIds = [],
            Count = 0,
            Evidence = [],
            Matched = finding.End.Matched,
            GroupBy = finding.Story is { } story ? new Dictionary<string, string>(StringComparer.Ordinal) { [story.Story.By.ToString().ToLowerInvariant()] = story.Entity } : null,
            Window = finding.Story is null ? null : (e.TimeMicros, e.TimeMicros),
        };
    }

    void Render()
    {
        var evidence = _evidence.Values.OrderBy(m => m.Key).ToList();
        var ids = _requests.OrderBy(r => r.Value).ThenBy(r => r.Key).Select(r => r.Key.AuditId).Distinct(StringComparer.Ordinal).ToList();
        Alert = Alert with
        {
            Sentence = Alerts.Sentence.Of(_decisive! with { Outcome = Outcome }),
            Outcome = Outcome.ToString().ToLowerInvariant(),
            AuditIds = ids,
            AuditIdsTruncated = Count > _requests.Count,
            Count = Count,
            Evidence = [.. evidence.Select(m => m.Position)],
            Window = Alert.Window is null ? null : (evidence[0].Key.TimeMicros, evidence[^1].Key.TimeMicros),
        };
    }
}
