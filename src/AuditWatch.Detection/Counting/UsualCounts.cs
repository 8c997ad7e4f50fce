namespace AuditWatch.Detection.Counting;

/// <summary>How often one group matched in each whole timespan (aligned to 1970) of its history; those without a match are not kept.</summary>
sealed class UsualCounts(CorrelationRule rule, IReadOnlyList<string> group, long first)
{
    readonly SortedList<long, int> _counts = [];
    readonly long _reach = rule.Source.Extensions.Usual!.History.Ticks / rule.Source.Timespan.Ticks;

    public CorrelationRule Rule => rule;

    /// <summary>The timespan in which it was first seen.</summary>
    public long First => first;

    public long NewestMicros => (_counts.Count == 0 ? first : _counts.Keys[^1]) * rule.SpanMicros;

    /// <summary>Whether nothing of it lies within the history of a time any more: it begins anew.</summary>
    public bool IsPast(long at) => NewestMicros < (SpanOf(at) - _reach) * rule.SpanMicros;

    public void See(long at, long now)
    {
        var span = SpanOf(at);
        if (span < SpanOf(now) - _reach) return;
        _counts[span] = _counts.GetValueOrDefault(span) + 1;
        while (_counts.Keys[0] < SpanOf(now) - _reach) _counts.RemoveAt(0);
    }

    /// <summary>The median over the whole timespans before that of a time, empty ones included; null where the group was not watched for long enough.</summary>
    public double? Median(long at)
    {
        var now = SpanOf(at);
        if (at - (first * rule.SpanMicros) < (long)rule.Source.Extensions.Usual!.Learning.TotalMicroseconds) return null;
        var watched = (int)Math.Min(_reach, now - first);
        if (watched < 1) return null;
        var counts = new int[watched];
        foreach (var (span, count) in _counts)
            if (span < now && span >= now - watched) counts[now - 1 - span] = count;
        Array.Sort(counts);
        return (counts[(watched - 1) / 2] + counts[watched / 2]) / 2.0;
    }

    public SavedUsual Save() => new(rule.Identity.Id, group, rule.SpanMicros, first, [.. _counts.Keys], [.. _counts.Values]);

    public static UsualCounts Of(CorrelationRule rule, SavedUsual saved)
    {
        var counts = new UsualCounts(rule, saved.Group, saved.First);
        for (var i = 0; i < saved.Spans.Count; i++) counts._counts[saved.Spans[i]] = saved.Counts[i];
        return counts;
    }

    long SpanOf(long at) => at / rule.SpanMicros;
}
