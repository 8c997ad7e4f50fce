namespace AuditWatch.Detection.Counting;

/// <summary>What is usual for the groups of one correlation that asks for it. Bounded; a group that has to go for that is learned anew, and counted.</summary>
sealed class UsualTable(int mostGroups = 50_000)
{
    readonly Dictionary<string, UsualCounts> _groups = new(StringComparer.Ordinal);
    readonly SortedDictionary<string, UsualCounts?> _changed = new(StringComparer.Ordinal);

    public long Evicted { get; private set; }

    /// <summary>A request was counted.</summary>
    public void See(Capture capture, string key, long at, long now)
    {
        if (!_groups.TryGetValue(key, out var counts) || counts.IsPast(now))
        {
            if (counts is null && _groups.Count >= mostGroups) MakeRoom(now);
            counts = _groups[key] = new UsualCounts(capture.Rule, capture.Group!, at / capture.Rule.SpanMicros);
        }

        counts.See(at, now);
        _changed[key] = counts;
    }

    /// <summary>Whether a count is many times what is usual for its group; null where that is not known.</summary>
    public bool? IsUnusual(CorrelationRule rule, string key, double number, long at) =>
        _groups.TryGetValue(key, out var counts) && counts.Median(at) is { } median ? number >= rule.Source.Extensions.Usual!.Times * median : null;

    public void ForgetBefore(long watermark)
    {
        foreach (var (key, counts) in _groups)
            if (counts.IsPast(watermark)) _groups.Remove(key);
    }

    /// <summary>What changed since last asked; null is gone.</summary>
    public IEnumerable<(string Key, SavedUsual? Saved, long ExpiresMicros)> TakeChanges()
    {
        foreach (var (key, counts) in _changed)
            yield return (key, counts?.Save(), counts is null ? 0 : counts.NewestMicros + (long)counts.Rule.Source.Extensions.Usual!.History.TotalMicroseconds + counts.Rule.SpanMicros);
        _changed.Clear();
    }

    public void ForgetChanges() => _changed.Clear();

    public void Restore(string key, CorrelationRule rule, SavedUsual saved) => _groups[key] = UsualCounts.Of(rule, saved);

    // What is past; then the tenth that was not seen for longest.
    void MakeRoom(long now)
    {
        ForgetBefore(now);
        if (_groups.Count < mostGroups) return;
        foreach (var (key, _) in _groups.OrderBy(g => g.Value.NewestMicros).ThenBy(g => g.Key, StringComparer.Ordinal).Take(Math.Max(1, mostGroups / 10)).ToList())
        {
            _groups.Remove(key);
            _changed[key] = null;
            Evicted++;
        }
    }
}
