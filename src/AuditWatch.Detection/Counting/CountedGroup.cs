using System.Runtime.InteropServices;
using AuditWatch.Detection.Alerts;
using AuditWatch.Sigma.Correlation;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Counting;

/// <summary>The window of one group: its requests in order of event time, each once.</summary>
sealed class CountedGroup(CorrelationRule rule, IReadOnlyList<string> values)
{
    /// <summary>How long a request whose end was not seen is remembered beyond its window, so that its end does not count again.</summary>
    public const long UnfinishedMicros = 24L * 3_600_000_000;

    const int MostUnfinished = 1000, FewWithoutIndex = 16;

    readonly List<CountedRequest> _window = new(1);
    Dictionary<CountedKey, CountedRequest>? _index;
    List<CountedRequest>? _unfinished;
    Dictionary<string, int>? _distinct;
    MetricCounts? _metrics;

    public CorrelationRule Rule => rule;

    public IReadOnlyList<string> Values => values;

    public bool IsEmpty => _window.Count == 0 && _unfinished is not { Count: > 0 };

    public int Kept => _window.Count;

    public long NewestMicros => _window.Count > 0 ? _window[^1].AtMicros : _unfinished is { Count: > 0 } rest ? rest[^1].AtMicros : long.MinValue;

    public IEnumerable<CountedRequest> All => _unfinished is null ? _window : _window.Concat(_unfinished);

    public CountedRequest? Find(RequestKey request, string? value)
    {
        var key = KeyOf(request, value);
        if (_index is not null) return _index.GetValueOrDefault(key);
        for (var i = _window.Count - 1; i >= 0; i--)
            if (KeyOf(_window[i]) == key) return _window[i];
        return _unfinished?.Find(r => KeyOf(r) == key);
    }

    /// <summary>Files a request in its place; gives back what had to go for it.</summary>
    public CountedRequest? Add(CountedRequest request)
    {
        var place = _window.Count;
        while (place > 0 && _window[place - 1].AtMicros > request.AtMicros) place--;
        _window.Insert(place, request);
        request.IsInWindow = true;
        if (rule.Metrics.Count > 0) (_metrics ??= new MetricCounts(rule)).Add(request);
        if (_index is not null) _index[KeyOf(request)] = request;
        else if (_window.Count > FewWithoutIndex) _index = All.ToDictionary(KeyOf);
        if (rule.IsTemporal || rule.Source.Type == CorrelationType.ValueCount)
            CollectionsMarshal.GetValueRefOrAddDefault(_distinct ??= new(StringComparer.Ordinal), request.Value!, out _)++;
        // A rule that holds often pushes out its own matches only: what is rare is what the others wait for.
        if (rule.IsTemporal ? _distinct![request.Value!] <= CorrelationRule.MostOfMember : _window.Count <= rule.Capacity) return null;
        var first = rule.IsTemporal ? _window.FindIndex(r => r.Value == request.Value) : 0;
        var oldest = _window[first];
        Leave(first, 1);
        _index?.Remove(KeyOf(oldest));
        return oldest;
    }

    /// <summary>Lets go of what no window can reach once event time is here; gives back unfinished requests that had to go for want of room.</summary>
    public IReadOnlyList<CountedRequest> Expire(long now)
    {
        var gone = 0;
        while (gone < _window.Count && _window[gone].AtMicros <= rule.OpenedAfter(now)) gone++;
        for (var i = 0; i < gone; i++)
        {
            if (_window[i].IsOver) _index?.Remove(KeyOf(_window[i]));
            else (_unfinished ??= []).Add(_window[i]);
        }

        if (gone > 0) Leave(0, gone);
        if (_unfinished is null) return [];
        foreach (var old in _unfinished) if (IsForgotten(old)) _index?.Remove(KeyOf(old));
        _unfinished.RemoveAll(IsForgotten);
        if (_unfinished.Count <= MostUnfinished) return [];
        var dropped = _unfinished.OrderBy(r => r.Sequence).Take(_unfinished.Count - MostUnfinished).ToList();
        _unfinished.RemoveAll(dropped.Contains);
        foreach (var drop in dropped) _index?.Remove(KeyOf(drop));
        return dropped;

        bool IsForgotten(CountedRequest r) => r.IsOver || r.AtMicros <= now - UnfinishedMicros;
    }

    /// <summary>More of the correlation's rules held on a request, at another stage.</summary>
    public void Join(CountedRequest request, ulong members)
    {
        if ((request.Members | members) == request.Members) return;
        if (request.IsInWindow) _metrics?.Remove(request);
        request.Members |= members;
        if (request.IsInWindow) _metrics?.Add(request);
    }

    /// <summary>The requests in the window that ends at a time.</summary>
    public ReadOnlySpan<CountedRequest> Window(long at)
    {
        var all = CollectionsMarshal.AsSpan(_window);
        int from = 0, to = all.Length;
        var open = rule.OpenedAfter(at);
        while (from < to && all[from].AtMicros <= open) from++;
        while (to > from && all[to - 1].AtMicros > at) to--;
        return all[from..to];
    }

    /// <summary>Whether the correlation's condition holds over the window that ends at a time.</summary>
    public bool Holds(long at)
    {
        if (rule.IsTemporal) return HoldsInTime(Window(at));
        if (Measure(Window(at), at) is not { } number) return false;
        foreach (var bound in rule.Source.Bounds)
            if (!bound.Holds(number)) return false;
        return rule.Metrics.Count == 0 || MetricsOf(Window(at)).Hold();
    }

    MetricCounts MetricsOf(ReadOnlySpan<CountedRequest> window)
    {
        if (window.Length == _window.Count && _metrics is not null) return _metrics;
        var counts = new MetricCounts(rule);
        foreach (var request in window) counts.Add(request);
        return counts;
    }

    bool HoldsInTime(ReadOnlySpan<CountedRequest> window)
    {
        if (window.Length == 0) return false;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var request in window) seen.Add(request.Value!);
        return TemporalCondition.Holds(rule.Source, seen.Contains) && (rule.Source.Type == CorrelationType.Temporal || TemporalOrder.Holds(rule.Steps, window));
    }

    CountedKey KeyOf(CountedRequest request) => KeyOf(request.Request, request.Value);

    CountedKey KeyOf(RequestKey request, string? value) => new(request, rule.IsTemporal ? value : null);

    double? Measure(ReadOnlySpan<CountedRequest> window, long at)
    {
        if (rule.Source.Type == CorrelationType.EventCount) return window.Length;
        if (rule.Source.Type == CorrelationType.ValueCount)
        {
            if (window.Length == _window.Count) return _distinct?.Count ?? 0;
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var request in window) seen.Add(request.Value!);
            return seen.Count;
        }

        var numbers = new NumberWindow(rule.Source.Timespan, TimeSpan.Zero, rule.Capacity);
        foreach (var request in window) numbers.Add(request.AtMicros, Numbers.Parse(request.Value));
        return rule.Source.Type switch
        {
            CorrelationType.ValueSum => numbers.Sum(at),
            CorrelationType.ValueAvg => numbers.Average(at),
            CorrelationType.ValueMedian => numbers.Median(at),
            _ => numbers.Percentile(at, rule.Source.Percentile!.Value),
        };
    }

    void Leave(int first, int count)
    {
        if (_distinct is not null)
            for (var i = first; i < first + count; i++)
            {
                ref var n = ref CollectionsMarshal.GetValueRefOrNullRef(_distinct, _window[i].Value!);
                if (--n == 0) _distinct.Remove(_window[i].Value!);
            }

        for (var i = first; i < first + count; i++)
        {
            _window[i].IsInWindow = false;
            _metrics?.Remove(_window[i]);
        }

        _window.RemoveRange(first, count);
    }
}
