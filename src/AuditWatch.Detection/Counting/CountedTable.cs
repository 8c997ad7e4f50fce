using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Counting;

/// <summary>
/// The counted correlations of one cluster: sliding windows in event time, fed in the order of event time. What comes out depends on that order and on how far
/// event time had passed, never on batches. Bounded; what has to go for that is counted.
/// </summary>
sealed class CountedTable
{
    readonly Dictionary<string, Counted> _rules = new(StringComparer.Ordinal);
    readonly SortedDictionary<long, (string Rule, CountedGroup Group, CountedRequest? Request)> _changed = [];
    readonly int _mostGroups;

    public CountedTable(IEnumerable<CorrelationRule> rules, int mostGroups = 100_000)
    {
        _mostGroups = mostGroups;
        foreach (var rule in rules) _rules[rule.Identity.Id] = new Counted(rule);
    }

    public IReadOnlyList<CountedFigures> Figures => [.. _rules.Values.OrderBy(r => r.Rule.Identity.Name, StringComparer.Ordinal)
        .Select(r => new CountedFigures(r.Rule.Identity.Name, r.Groups.Count, r.GroupsEvicted, r.RequestsEvicted, r.WithoutField, r.TooLate) { NoBaseline = r.NoBaseline, BaselinesEvicted = r.Usual?.Evicted ?? 0 })];

    /// <summary>Counts a match. Gives back the evidence if the condition holds now.</summary>
    /// <param name="capture">What was read of the event.</param>
    /// <param name="e">The event.</param>
    /// <param name="watermark">How far event time has passed.</param>
    /// <param name="isLate">Whether it had passed the event before that came.</param>
    /// <param name="sequence">Numbers what is filed.</param>
    public GroupEvidence? Take(Capture capture, EventFacts e, long watermark, bool isLate, Func<long> sequence)
    {
        var counted = _rules[capture.Rule.Identity.Id];
        if (capture.Group is null || !HasValue(capture))
        {
            counted.WithoutField++;
            return null;
        }

        var (at, now) = isLate ? (watermark, watermark) : (e.TimeMicros, Math.Min(watermark, e.TimeMicros));
        if (e.TimeMicros <= capture.Rule.OpenedAfter(now) && isLate)
        {
            counted.TooLate++;
            return null;
        }

        var key = capture.GroupKey;
        if (!counted.Groups.TryGetValue(key, out var group))
        {
            if (counted.Groups.Count >= _mostGroups) MakeRoom(counted, now);
            counted.Groups[key] = group = new CountedGroup(capture.Rule, capture.Group);
        }

        foreach (var dropped in group.Expire(now)) Evict(counted, group, dropped);
        var mark = new EvidenceMark(e.Key, e.EventId, e.Position);
        var heldBefore = capture.Rule.IsSpokenOf && group.Holds(at);
        if (group.Find(e.Request, capture.Value) is { } known)
        {
            if (known.Marks.Any(m => m.Identity == mark.Identity)) return null;
            known.Marks = [.. known.Marks.Append(mark).OrderBy(m => m.Key)];
            group.Join(known, capture.Members);
            Changed(group, known);
        }
        else
        {
            var request = new CountedRequest(sequence(), e.Request, e.TimeMicros, capture.Value, mark) { Measured = capture.Measured, Members = capture.Members };
            Changed(group, request);
            if (group.Add(request) is { } pushedOut) Evict(counted, group, pushedOut);
            counted.Usual?.See(capture, key, e.TimeMicros, now);
        }

        if (!group.Holds(at)) return null;
        var window = group.Window(at);
        if (counted.Usual is { } usual && usual.IsUnusual(capture.Rule, key, window.Length, at) is var unusual && unusual != true)
        {
            if (unusual is null) counted.NoBaseline++;
            return null;
        }

        return new GroupEvidence(key, GroupEvidence.Name(capture.Rule.Source.GroupBy, capture.Group), capture.Rule.IsTemporal ? Once(window) : All(window)) { IsNew = !heldBefore };
    }

    static GroupMember[] All(ReadOnlySpan<CountedRequest> window)
    {
        var members = new GroupMember[window.Length];
        for (var i = 0; i < members.Length; i++) members[i] = new(window[i].Request, window[i].Marks);
        return members;
    }

    // Several rules can hold on one request.
    static GroupMember[] Once(ReadOnlySpan<CountedRequest> window) =>
        [.. window.ToArray().GroupBy(r => r.Request).Select(g => new GroupMember(g.Key, [.. g.SelectMany(r => r.Marks).DistinctBy(m => m.Identity).OrderBy(m => m.Key)]))];

    /// <summary>Lets go of groups that no later event can reach.</summary>
    public void ForgetBefore(long watermark)
    {
        foreach (var counted in _rules.Values)
        {
            Forget(counted, watermark);
            counted.Usual?.ForgetBefore(watermark);
        }
    }

    /// <summary>What became usual since last asked; null is gone.</summary>
    public IEnumerable<(string Key, SavedUsual? Saved, long ExpiresMicros)> TakeUsual() => _rules.Values.SelectMany(c => c.Usual?.TakeChanges() ?? []);

    /// <summary>Takes back what was usual, unless the rule asks otherwise now.</summary>
    public void Restore(string key, SavedUsual saved)
    {
        if (_rules.TryGetValue(saved.Rule, out var counted) && counted.Rule.SpanMicros == saved.SpanMicros && saved.Group.Count == counted.Rule.Source.GroupBy.Count) counted.Usual?.Restore(key, counted.Rule, saved);
    }

    /// <summary>What changed since last asked; null is gone.</summary>
    public IEnumerable<(long Sequence, SavedCounted? Saved, long ExpiresMicros)> TakeChanges()
    {
        foreach (var (sequence, (rule, group, request)) in _changed)
            yield return request is null
                ? (sequence, null, 0)
                : (sequence, new SavedCounted(sequence, rule, group.Values, request.Request, request.AtMicros, request.Value, request.Marks, request.Measured, request.Members),
                    request.AtMicros + (request.IsOver ? group.Rule.SpanMicros : Math.Max(group.Rule.SpanMicros, CountedGroup.UnfinishedMicros)));
        _changed.Clear();
    }

    public void ForgetChanges()
    {
        _changed.Clear();
        foreach (var counted in _rules.Values) counted.Usual?.ForgetChanges();
    }

    /// <summary>Takes back what was saved, in order of its numbers, but for what no window can reach any more.</summary>
    public void Restore(SavedCounted saved, long watermark)
    {
        if (!_rules.TryGetValue(saved.Rule, out var counted) || saved.Group.Count != counted.Rule.Source.GroupBy.Count || (saved.Measured?.Count ?? 0) != counted.Rule.Metrics.Count) return;
        var request = new CountedRequest(saved.Sequence, saved.Request, saved.AtMicros, saved.Value, saved.Marks[0]) { Marks = saved.Marks, Measured = saved.Measured, Members = saved.Members };
        if (request.IsOver && request.AtMicros <= counted.Rule.OpenedAfter(watermark)) return;
        var key = GroupKeys.Of(saved.Rule, saved.Group);
        if (!counted.Groups.TryGetValue(key, out var group)) counted.Groups[key] = group = new CountedGroup(counted.Rule, saved.Group);
        if (group.Find(saved.Request, saved.Value) is null) group.Add(request);
    }

    static bool HasValue(Capture capture) => capture.Rule.Source.Type switch
    {
        CorrelationType.EventCount or CorrelationType.Temporal or CorrelationType.TemporalOrdered => true,
        CorrelationType.ValueCount => capture.Value is not null,
        _ => double.IsFinite(Numbers.Parse(capture.Value)),
    };

    void Changed(CountedGroup group, CountedRequest request) => _changed[request.Sequence] = (group.Rule.Identity.Id, group, request);

    void Evict(Counted counted, CountedGroup group, CountedRequest request)
    {
        counted.RequestsEvicted++;
        _changed[request.Sequence] = (counted.Rule.Identity.Id, group, null);
    }

    // Empty windows first; then the tenth of the groups that was quiet for longest.
    void MakeRoom(Counted counted, long now)
    {
        Forget(counted, now);
        if (counted.Groups.Count < _mostGroups) return;
        foreach (var (key, group) in counted.Groups.OrderBy(g => g.Value.NewestMicros).ThenBy(g => g.Key, StringComparer.Ordinal).Take(Math.Max(1, _mostGroups / 10)).ToList())
        {
            counted.Groups.Remove(key);
            counted.GroupsEvicted++;
            foreach (var request in group.All) _changed[request.Sequence] = (counted.Rule.Identity.Id, group, null);
        }
    }

    void Forget(Counted counted, long now)
    {
        foreach (var (key, group) in counted.Groups)
        {
            foreach (var dropped in group.Expire(now)) Evict(counted, group, dropped);
            if (group.IsEmpty) counted.Groups.Remove(key);
        }
    }

    sealed class Counted(CorrelationRule rule)
    {
        public CorrelationRule Rule { get; } = rule;

        /// <summary>What is usual for its groups; null where it does not ask.</summary>
        public UsualTable? Usual { get; } = rule.Source.Extensions.Usual is null ? null : new UsualTable();

        public long NoBaseline { get; set; }

        public Dictionary<string, CountedGroup> Groups { get; } = new(StringComparer.Ordinal);

        public long GroupsEvicted { get; set; }

        public long RequestsEvicted { get; set; }

        public long WithoutField { get; set; }

        public long TooLate { get; set; }
    }
}
