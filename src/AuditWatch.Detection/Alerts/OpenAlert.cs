using AuditWatch.Detection.Counting;
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
    readonly HashSet<RequestKey> _anchors;
    EventFacts? _decisive;
    Alert _alert = null!;
    bool _isStale;

    public OpenAlert(Finding finding, long number = 0)
    {
        Number = number;
        Id = finding.AlertId;
        By = finding.By;
        Level = finding.Level;
        Anchor = finding.Request;
        GroupKey = finding.Group?.GroupKey;
        if (finding.Suppression is { } suppression) (SuppressionKey, HeldUntilMicros) = (KeyOf(finding, suppression), finding.End.TimeMicros + suppression.ForMicros);
        _anchors = finding.Group is { } group ? [.. group.Members.Select(m => m.Request)] : [Anchor];
        Join(finding);
    }

    public OpenAlert(OpenAlertRecord saved)
    {
        _alert = AlertJson.Parse(saved.Alert);
        GroupKey = saved.GroupKey;
        (SuppressionKey, HeldUntilMicros, Number) = (saved.SuppressionKey, saved.HeldUntilMicros, saved.Number);
        _anchors = [.. saved.Anchors ?? [saved.Anchor]];
        (Id, Level, Anchor, Count, _decisive) = (_alert.AlertId, _alert.Level, saved.Anchor, saved.Count, saved.Decisive);
        By = new RuleIdentity(Alert.Rule, Alert.Level, RaisesAlert: true);
        foreach (var mark in saved.Evidence) _evidence[mark.Identity] = mark;
        foreach (var request in saved.Requests) _requests[request.Key] = request.FirstMicros;
        LastMicros = saved.LastMicros;
        (OutcomeStage, OutcomeMicros, Outcome) = (saved.OutcomeStage, saved.OutcomeMicros, saved.Outcome);
    }

    public string Id { get; }

    /// <summary>Which of a cluster's alerts it is, in the order in which they were raised.</summary>
    public long Number { get; }

    public RuleIdentity By { get; }

    public string Level { get; }

    /// <summary>The request that makes it this alert.</summary>
    public RequestKey Anchor { get; }

    /// <summary>The request that first met the rule.</summary>
    public RequestKey DecisiveRequest => _decisive!.Request;

    /// <summary>A correlation's group.</summary>
    public string? GroupKey { get; }

    /// <summary>What other findings must share to be told in this alert instead of one of their own; null when none are.</summary>
    public string? SuppressionKey { get; }

    /// <summary>Event time until which such findings join.</summary>
    public long HeldUntilMicros { get; }

    public long Count { get; private set; }

    /// <summary>Event time of the newest evidence.</summary>
    public long LastMicros { get; private set; }

    public AuditStage OutcomeStage { get; private set; }

    public long OutcomeMicros { get; private set; }

    public Outcome Outcome { get; private set; }

    public Alert Alert
    {
        get
        {
            if (_isStale) Render();
            return _alert;
        }
    }

    /// <summary>Whether other requests can join.</summary>
    public bool IsStory => _alert.Window is not null;

    /// <summary>Whether it is about a workload: its pods can join.</summary>
    public bool MayOwn => _decisive is { Subresource: null or "", Resource: "deployments" or "daemonsets" or "statefulsets" or "replicasets" or "replicationcontrollers" or "jobs" or "cronjobs" or "pods" };

    /// <summary>Whether no later stage of the deciding request can come.</summary>
    public bool IsOver => OutcomeStage is AuditStage.ResponseComplete or AuditStage.Panic;

    /// <summary>Whether a request has joined and is remembered.</summary>
    public bool Has(RequestKey request) => _requests.ContainsKey(request);

    /// <summary>Takes in a finding of the same rule and anchor. False when it says nothing new.</summary>
    public bool Join(Finding finding)
    {
        var news = false;
        if (finding.Group is { } group) news = Add(group, finding.End.Event.Request);
        else
        {
            foreach (var member in finding.Story?.Members ?? [finding.End]) news |= Add(MarkOf(member.Event), member.Event.Request);
        }

        var request = finding.End.Event.Request;
        if (_decisive is null || (request == DecisiveRequest && finding.End.Event.Key < _decisive.Key)) Decide(finding);
        else if (!news) return false;
        See(request, finding.End.Event.Stage, finding.End.TimeMicros, finding.End.Event.Outcome);
        _isStale = true;
        return true;
    }

    /// <summary>Takes in a later stage of the deciding request. False when it is none.</summary>
    public bool See(RequestKey request, AuditStage stage, long timeMicros, Outcome outcome)
    {
        if (request != DecisiveRequest || (stage, timeMicros).CompareTo((OutcomeStage, OutcomeMicros)) <= 0) return false;
        (OutcomeStage, OutcomeMicros) = (stage, timeMicros);
        if (outcome == Outcome) return false;
        Outcome = outcome;
        _isStale = true;
        return true;
    }

    public OpenAlertRecord ToRecord() => new(
        AlertJson.ToUtf8(Alert), Anchor, _decisive!, Count, LastMicros, OutcomeStage, OutcomeMicros, Outcome,
        [.. _evidence.Values], [.. _requests.Select(r => new SeenRequest(r.Key, r.Value))], GroupKey, GroupKey is null ? null : [.. _anchors],
        SuppressionKey, HeldUntilMicros, Number);

    /// <summary>The key among those of all rules.</summary>
    public static string KeyOf(Finding finding, SuppressionKey suppression) => finding.By.Id + "/" + suppression.Key;

    // Every match of a correlation that holds brings all that is in reach: from the newest back, up to what has joined already.
    bool Add(GroupEvidence group, RequestKey trigger)
    {
        var news = false;
        var (isKnown, isTriggerIn) = (false, false);
        for (var i = group.Members.Count - 1; i >= 0 && !(isKnown && isTriggerIn); i--)
        {
            var (request, marks) = group.Members[i];
            if (request == trigger) isTriggerIn = true;
            else if (isKnown || (isKnown = _requests.ContainsKey(request))) continue;
            foreach (var mark in marks) news |= Add(mark, request);
        }

        return news;
    }

    static EvidenceMark MarkOf(EventFacts e) => new(e.Key, e.EventId.Length > 0 ? e.EventId : $"{e.AuditId}/{e.Stage}/{e.TimeMicros}", e.Position);

    bool Add(EvidenceMark mark, RequestKey request)
    {
        LastMicros = Math.Max(LastMicros, mark.Key.TimeMicros);
        if (_requests.TryAdd(request, mark.Key.TimeMicros)) Count++;
        if (_requests.Count > MostRequests + _anchors.Count + (GroupKey is null ? 1 : 0))
            _requests.Remove(_requests.Where(r => !_anchors.Contains(r.Key) && r.Key != _decisive?.Request).MinBy(r => (r.Value, r.Key)).Key);
        if (_evidence.Count >= MostEvidence) return _evidence.ContainsKey(mark.Identity) is false;
        return _evidence.TryAdd(mark.Identity, mark);
    }

    void Decide(Finding finding)
    {
        var e = finding.End.Event;
        _decisive = e;
        _alert = new Alert
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
            GroupBy = finding.Group?.GroupBy ?? (finding.Story is { } story ? new Dictionary<string, string>(StringComparer.Ordinal) { [story.Story.By.ToString().ToLowerInvariant()] = story.Entity } : null),
            Window = finding.Story is null && finding.Group is null ? null : (e.TimeMicros, e.TimeMicros),
        };
    }

    void Render()
    {
        var evidence = _evidence.Values.OrderBy(m => m.Key).ToList();
        var ids = _requests.OrderBy(r => r.Value).ThenBy(r => r.Key).Select(r => r.Key.AuditId).Distinct(StringComparer.Ordinal).ToList();
        _isStale = false;
        _alert = _alert with
        {
            Sentence = Alerts.Sentence.Of(_decisive! with { Outcome = Outcome }),
            Outcome = Outcome.ToString().ToLowerInvariant(),
            AuditIds = ids,
            AuditIdsTruncated = Count > _requests.Count,
            Count = Count,
            Evidence = [.. evidence.Select(m => m.Position)],
            Window = _alert.Window is null ? null : (evidence[0].Key.TimeMicros, evidence[^1].Key.TimeMicros),
        };
    }
}
