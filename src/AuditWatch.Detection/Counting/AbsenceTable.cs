namespace AuditWatch.Detection.Counting;

/// <summary>
/// The absences of one cluster: groups that were seen, and when they are silent. Judged in event time alone: nothing is silent before the watermark has passed the
/// moment, whatever the clock says. A group is told of once and then forgotten until it is seen again. Bounded; what has to go for that is counted.
/// </summary>
sealed class AbsenceTable
{
    readonly Dictionary<string, Absent> _rules = new(StringComparer.Ordinal);
    readonly Dictionary<string, Presence> _groups = new(StringComparer.Ordinal);
    readonly PriorityQueue<string, (long Micros, string Key)> _due = new(Comparer<(long Micros, string Key)>.Create((a, b) => a.Micros != b.Micros ? a.Micros.CompareTo(b.Micros) : string.CompareOrdinal(a.Key, b.Key)));
    readonly SortedDictionary<string, Presence?> _changed = new(StringComparer.Ordinal);
    readonly Dictionary<CorrelationRule, Absent> _byRule = [];
    readonly int _mostGroups;
    readonly bool _isSaved;

    /// <param name="rules">The correlations.</param>
    /// <param name="mostGroups">Groups of all of them that are kept at most.</param>
    /// <param name="isSaved">Whether anybody asks what changed.</param>
    public AbsenceTable(IEnumerable<CorrelationRule> rules, int mostGroups = 100_000, bool isSaved = true)
    {
        (_mostGroups, _isSaved) = (mostGroups, isSaved);
        foreach (var rule in rules) _rules[rule.Identity.Id] = _byRule[rule] = new Absent(rule);
    }

    public IReadOnlyList<CountedFigures> Figures => [.. _rules.Values.OrderBy(r => r.Rule.Identity.Name, StringComparer.Ordinal)
        .Select(r => new CountedFigures(r.Rule.Identity.Name, r.Groups, r.GroupsEvicted, 0, r.WithoutField, r.TooLate))];

    /// <summary>No group is silent before.</summary>
    public long NextMicros => _due.TryPeek(out _, out var due) ? due.Micros : long.MaxValue;

    /// <summary>Takes in a match.</summary>
    /// <param name="capture">What was read of the event.</param>
    /// <param name="match">The match.</param>
    /// <param name="watermark">How far event time has passed.</param>
    /// <param name="isLate">Whether it had passed the match before that came.</param>
    public void Take(Capture capture, EventLayer.Sighting match, long watermark, bool isLate)
    {
        var absent = _byRule[capture.Rule];
        if (capture.Group is null)
        {
            absent.WithoutField++;
            return;
        }

        var key = capture.GroupKey;
        if (_groups.TryGetValue(key, out var group)) group.See(match, capture.OwnExceptions);
        else if (isLate && match.TimeMicros + capture.Rule.SpanMicros <= watermark)
        {
            // Whether it is silent was decided without it.
            absent.TooLate++;
            return;
        }
        else
        {
            if (_groups.Count >= _mostGroups) MakeRoom();
            _groups[key] = group = new Presence(capture.Rule, capture.Group, match, capture.OwnExceptions);
            absent.Groups++;
            _due.Enqueue(key, (group.SilentMicros, key));
        }

        Changed(key, group);
    }

    /// <summary>Takes what is due next; gives it back if it is silent, and was expected.</summary>
    public Presence? TakeNext()
    {
        if (!_due.TryDequeue(out var key, out var due) || !_groups.TryGetValue(key, out var group)) return null;
        if (group.SilentMicros > due.Micros)
        {
            // Seen again since.
            _due.Enqueue(key, (group.SilentMicros, key));
            return null;
        }

        Forget(key, group);
        return group.IsExpected ? group : null;
    }

    /// <summary>What changed since last asked; null is gone.</summary>
    public IEnumerable<(string Key, SavedPresence? Saved)> TakeChanges()
    {
        foreach (var (key, group) in _changed) yield return (key, group?.Save());
        _changed.Clear();
    }

    public void ForgetChanges() => _changed.Clear();

    public void Restore(string key, SavedPresence saved)
    {
        if (!_rules.TryGetValue(saved.Rule, out var absent) || saved.Group.Count != absent.Rule.Source.GroupBy.Count)
        {
            // The rule is gone, or another.
            Changed(key, null);
            return;
        }

        var group = _groups[key] = Presence.Of(absent.Rule, saved);
        absent.Groups++;
        _due.Enqueue(key, (group.SilentMicros, key));
    }

    // The tenth that was not seen for longest.
    void MakeRoom()
    {
        foreach (var (key, group) in _groups.OrderBy(g => g.Value.Last.TimeMicros).ThenBy(g => g.Key, StringComparer.Ordinal).Take(Math.Max(1, _mostGroups / 10)).ToList())
        {
            Forget(key, group);
            _rules[group.Rule.Identity.Id].GroupsEvicted++;
        }
    }

    void Forget(string key, Presence group)
    {
        _groups.Remove(key);
        _byRule[group.Rule].Groups--;
        Changed(key, null);
    }

    void Changed(string key, Presence? group)
    {
        if (_isSaved) _changed[key] = group;
    }

    sealed class Absent(CorrelationRule rule)
    {
        public CorrelationRule Rule { get; } = rule;

        public int Groups { get; set; }

        public long GroupsEvicted { get; set; }

        public long WithoutField { get; set; }

        public long TooLate { get; set; }
    }
}
