using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Counting;

/// <summary>
/// The counted correlations of one cluster: sliding windows in event time, fed in the order of event time. What comes out depends on that order and on how far
/// event time had passed, never on batches. Bounded over all correlations together: the correlation that has most of them lets go of the group that was quiet for longest,
/// and that is counted. Small groups to which nothing happened of late are held as bytes.
/// </summary>
sealed partial class CountedTable
{
    const int FewRequests = 32, MostBytesAtRest = 4096;

    readonly Dictionary<string, Counted> _rules = new(StringComparer.Ordinal);
    readonly Dictionary<CorrelationRule, Counted> _byRule = [];
    readonly Dictionary<long, (CorrelationRule Rule, IReadOnlyList<string> Group, CountedRequest? Request)> _changed = [];
    readonly List<(Counted Of, CountedGroup Group)> _awake = [], _large = [];
    readonly GroupTotals _totals = new();
    readonly int _mostGroups, _mostRequests, _mostAwake;

    public CountedTable(IEnumerable<CorrelationRule> rules, int mostGroups = 1_000_000, int mostRequests = 2_000_000, int mostAwake = 8192)
    {
        (_mostGroups, _mostRequests, _mostAwake) = (mostGroups, mostRequests, mostAwake);
        var codec = new GroupCodec();
        foreach (var rule in rules) _rules[rule.Identity.Id] = _byRule[rule] = new Counted(rule, new CountedGroups(rule, codec, _totals));
    }

    public IReadOnlyList<CountedFigures> Figures => [.. _rules.Values.OrderBy(r => r.Rule.Identity.Name, StringComparer.Ordinal)
        .Select(r => new CountedFigures(r.Rule.Identity.Name, r.Groups.Count, r.GroupsEvicted, r.RequestsEvicted, r.WithoutField, r.TooLate) { NoBaseline = r.NoBaseline, BaselinesEvicted = r.Usual?.Evicted ?? 0, Requests = r.Groups.Requests })];

    /// <summary>Counts a match. Gives back the evidence if the condition holds now.</summary>
    /// <param name="capture">What was read of the event.</param>
    /// <param name="e">The event.</param>
    /// <param name="watermark">How far event time has passed.</param>
    /// <param name="isLate">Whether it had passed the event before that came.</param>
    /// <param name="sequence">Numbers what is filed.</param>
    public GroupEvidence? Take(Capture capture, EventFacts e, long watermark, bool isLate, Func<long> sequence)
    {
        var counted = _byRule[capture.Rule];
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

        counted.Groups.Reap(now);
        var place = counted.Groups.Find(capture.Group);
        if (place < 0 && _totals.Groups >= _mostGroups) MakeRoom(now, -1);
        var request = new CountedRequest(e.Request, e.TimeMicros, capture.Value, MarksOf(e)) { Measured = capture.Measured, Members = capture.Members };
        if ((place < 0 ? 1 : counted.Groups.RequestsAtRest(place) + 1) < capture.Rule.FewestToHold && counted.Groups.CanFile(place, request, now, MostBytesAtRest))
        {
            // Far from its bounds: what is known of it stays as it is.
            request.Sequence = sequence();
            Filed(counted, capture, request, counted.Groups.File(place, capture.Group, request), now);
            return null;
        }

        var isWoken = true;
        var group = place < 0 ? counted.Groups.Add(capture.Group) : counted.Groups.At(place, out isWoken);
        group.IsTouched = true;
        if (isWoken) Wake(counted, group);
        var before = group.Requests;
        foreach (var dropped in group.Expire(now)) Evict(counted, dropped);
        counted.Groups.Left(before - group.Requests);
        var heldBefore = capture.Rule.IsSpokenOf && group.Holds(at);
        if (group.Find(e.Request, capture.Value) is { } known)
        {
            if (known.Marks.Any(m => m.Identity == e.EventId)) return null;
            known.Marks = [.. known.Marks.Concat(request.Marks).OrderBy(m => m.Key)];
            group.Join(known, capture.Members);
            _changed[known.Sequence] = (capture.Rule, group.Values, known);
        }
        else
        {
            request.Sequence = sequence();
            var pushedOut = group.Add(request);
            if (pushedOut is not null) Evict(counted, pushedOut);
            counted.Groups.Filed(group.Slot, pushedOut is null ? 1 : 0);
            Filed(counted, capture, request, group.Slot, now);
        }

        if (!group.Holds(at)) return null;
        var window = group.Window(at);
        if (counted.Usual is { } usual && usual.IsUnusual(capture.Rule, capture.GroupKey, window.Length, at) is var unusual && unusual != true)
        {
            if (unusual is null) counted.NoBaseline++;
            return null;
        }

        return new GroupEvidence(capture.GroupKey, GroupEvidence.Name(capture.Rule.Source.GroupBy, capture.Group), capture.Rule.IsTemporal ? Once(window) : All(window)) { IsNew = !heldBefore };
    }

    void Filed(Counted counted, Capture capture, CountedRequest request, int place, long now)
    {
        _changed[request.Sequence] = (capture.Rule, capture.Group!, request);
        if (_totals.Requests > _mostRequests) MakeRoom(now, place);
        counted.Usual?.See(capture, capture.GroupKey, request.AtMicros, now);
    }

    // Of one event for all correlations; never changed once made.
    EvidenceMark[] MarksOf(EventFacts e)
    {
        if (ReferenceEquals(_marksOf, e)) return _marks;
        (_marksOf, _marks) = (e, [new EvidenceMark(e.Key, e.EventId, e.Position)]);
        return _marks;
    }

    EventFacts? _marksOf;
    EvidenceMark[] _marks = [];

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
        LookAtLarge();
        foreach (var counted in _rules.Values)
        {
            counted.Groups.Reap(watermark);
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
        foreach (var (sequence, (rule, group, request)) in _changed.OrderBy(c => c.Key))
            yield return request is null
                ? (sequence, null, 0)
                : (sequence, new SavedCounted(sequence, rule.Identity.Id, group, request.Request, request.AtMicros, request.Value, request.Marks, request.Measured, request.Members),
                    request.AtMicros + (request.IsOver ? rule.SpanMicros : Math.Max(rule.SpanMicros, CountedGroup.UnfinishedMicros)));
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
        var request = new CountedRequest(saved.Request, saved.AtMicros, saved.Value, saved.Marks) { Sequence = saved.Sequence, Measured = saved.Measured, Members = saved.Members };
        if (request.IsOver && request.AtMicros <= counted.Rule.OpenedAfter(watermark)) return;
        var place = counted.Groups.Find(saved.Group);
        var isWoken = true;
        var group = place < 0 ? counted.Groups.Add(saved.Group) : counted.Groups.At(place, out isWoken);
        group.IsTouched = true;
        if (isWoken) Wake(counted, group);
        if (group.Find(saved.Request, saved.Value) is null) counted.Groups.Filed(group.Slot, group.Add(request) is null ? 1 : 0);
    }

    static bool HasValue(Capture capture) => capture.Rule.Source.Type switch
    {
        CorrelationType.EventCount or CorrelationType.Temporal or CorrelationType.TemporalOrdered => true,
        CorrelationType.ValueCount => capture.Value is not null,
        _ => double.IsFinite(Numbers.Parse(capture.Value)),
    };

    void Evict(Counted counted, CountedRequest request)
    {
        counted.RequestsEvicted++;
        _changed[request.Sequence] = default;
    }

    // What is over first, in all of them: only then is it known how many there are.
    void MakeRoom(long now, int but)
    {
        foreach (var counted in _rules.Values) counted.Groups.Reap(now);
        while (_totals.Groups >= _mostGroups + (but < 0 ? 0 : 1) || _totals.Requests > _mostRequests)
        {
            var tooMany = _totals.Requests > _mostRequests;
            var most = _rules.Values.MaxBy(c => (tooMany ? c.Groups.Requests : c.Groups.Count, c.Rule.Identity.Id), Comparer<(int Number, string Id)>.Create((a, b) => a.Number != b.Number ? a.Number.CompareTo(b.Number) : string.CompareOrdinal(a.Id, b.Id)))!;
            if (most.Groups.Evict(but) is not { } gone) return;
            most.GroupsEvicted++;
            foreach (var sequence in gone) _changed[sequence] = default;
        }
    }

    // Those that nothing happened to since last time go to sleep; where that is not enough, those that woke first do. What is large costs too much to wake.
    void Wake(Counted counted, CountedGroup group)
    {
        _awake.Add((counted, group));
        if (_awake.Count <= _mostAwake) return;
        _awake.RemoveAll(a => !a.Group.IsTouched && LetGo(a));
        var most = Math.Max(1, _mostAwake / 2);
        for (var i = 0; i < _awake.Count; i++)
        {
            _awake[i].Group.IsTouched = false;
            if (i < _awake.Count - most) LetGo(_awake[i]);
        }

        _awake.RemoveRange(0, Math.Max(0, _awake.Count - most));
    }

    bool LetGo((Counted Of, CountedGroup Group) awake)
    {
        if (awake.Group.Slot < 0) return true;
        if (awake.Group.Requests > FewRequests) _large.Add(awake);
        else awake.Of.Groups.Sleep(awake.Group);
        return true;
    }

    void LookAtLarge()
    {
        _large.RemoveAll(l => l.Group.Slot < 0);
        foreach (var (counted, group) in _large.Where(l => l.Group.Requests <= FewRequests).ToList()) Wake(counted, group);
        _large.RemoveAll(l => l.Group.Requests <= FewRequests);
    }

    sealed class Counted(CorrelationRule rule, CountedGroups groups)
    {
        public CorrelationRule Rule { get; } = rule;

        /// <summary>What is usual for its groups; null where it does not ask.</summary>
        public UsualTable? Usual { get; } = rule.Source.Extensions.Usual is null ? null : new UsualTable();

        public long NoBaseline { get; set; }

        public CountedGroups Groups { get; } = groups;

        public long GroupsEvicted { get; set; }

        public long RequestsEvicted { get; set; }

        public long WithoutField { get; set; }

        public long TooLate { get; set; }
    }
}
