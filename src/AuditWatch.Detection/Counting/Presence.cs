using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.EventLayer;

namespace AuditWatch.Detection.Counting;

/// <summary>A group of an absence that was seen: its last match, and how often it matched so far.</summary>
sealed class Presence(CorrelationRule rule, IReadOnlyList<string> values, Sighting first, IReadOnlyList<string> exceptions)
{
    readonly List<RequestKey> _requests = [first.Event.Request];
    IReadOnlyList<AlertMatch> _matched = first.Matched;
    IReadOnlyList<string> _exceptions = exceptions;
    List<EvidenceMark> _marks = [MarkOf(first.Event)];

    public CorrelationRule Rule => rule;

    public EventFacts Last { get; private set; } = first.Event;

    /// <summary>When it is silent, unless it is seen again until then.</summary>
    public long SilentMicros => Last.TimeMicros + rule.SpanMicros;

    /// <summary>Whether it was seen often enough for its silence to mean something.</summary>
    public bool IsExpected => _requests.Count >= rule.Source.Extensions.Absence!.Seen;

    public void See(Sighting match, IReadOnlyList<string> excepted)
    {
        var e = match.Event;
        if (!IsExpected && !_requests.Contains(e.Request)) _requests.Add(e.Request);
        if (e.Key <= Last.Key) return;
        if (e.Request != Last.Request) _marks = [];
        _marks.Add(MarkOf(e));
        (Last, _matched, _exceptions) = (e, match.Matched, excepted);
    }

    /// <summary>The sighting that it has fallen silent: of the request that was the last.</summary>
    public Sighting Silence() => new(rule.Identity, Last with { Told = $"{Sentence.Of(Last)}, and nothing of the kind followed for {Words(rule.SpanMicros / 1_000_000)}" }, _matched, [], _exceptions)
    {
        Group = new GroupEvidence(GroupKeys.Of(rule.Identity.Id, values), GroupEvidence.Name(rule.Source.GroupBy, values), [new GroupMember(Last.Request, [.. _marks])]),
        Suppression = rule.SuppressionOf(values),
    };

    public SavedPresence Save() => new(rule.Identity.Id, values, Last, _matched, _exceptions, _marks, _requests);

    public static Presence Of(CorrelationRule rule, SavedPresence saved)
    {
        var presence = new Presence(rule, saved.Group, new Sighting(rule.Identity, saved.Last, saved.Matched, [], []), saved.Exceptions) { _marks = [.. saved.Marks] };
        presence._requests.Clear();
        presence._requests.AddRange(saved.Requests);
        return presence;
    }

    static EvidenceMark MarkOf(EventFacts e) => new(e.Key, e.EventId, e.Position);

    static string Words(long seconds) => (seconds % 86_400, seconds % 3600, seconds % 60) switch
    {
        (0, _, _) => $"{seconds / 86_400} d",
        (_, 0, _) => $"{seconds / 3600} h",
        (_, _, 0) => $"{seconds / 60} min",
        _ => $"{seconds} s",
    };
}
