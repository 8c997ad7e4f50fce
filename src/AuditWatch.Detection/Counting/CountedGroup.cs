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
    Dictionary<RequestKey, CountedRequest>? _index;
    List<CountedRequest>? _unfinished;
    Dictionary<string, int>? _distinct;

    public CorrelationRule Rule => rule;

    public IReadOnlyList<string> Values => values;

    public bool IsEmpty => _window.Count == 0 && _unfinished is not { Count: > 0 };

    public int Kept => _window.Count;

    public long NewestMicros => _window.Count > 0 ? _window[^1].AtMicros : _unfinished is { Count: > 0 } rest ? rest[^1].AtMicros : long.MinValue;

    public IEnumerable<CountedRequest> All => _unfinished is null ? _window : _window.Concat(_unfinished);

    public CountedRequest? Find(RequestKey request)
    {
        if (_index is not null) return _index.GetValueOrDefault(request);
        for (var i = _window.Count - 1; i >= 0; i--)
            if (_window[i].Request == request) return _window[i];
        return _unfinished?.Find(r => r.Request == request);
    }

    /// <summary>Files a request in its place; gives back what had to go for it.</summary>
    public CountedRequest? Add(CountedRequest request)
    {
        var place = _window.Count;
        while (place > 0 && _window[place - 1].AtMicros > request.AtMicros) place--;
        _window.Insert(place, request);
        if (_index is not null) _index[request.Request] = request;
        else if (_window.Count > FewWithoutIndex) _index = All.ToDictionary(r => r.Request);
        if (rule.Source.Type == CorrelationType.ValueCount)
            CollectionsMarshal.GetValueRefOrAddDefault(_distinct ??= new(StringComparer.Ordinal), request.Value!, out _)++;
        if (_window.Count <= rule.Capacity) return null;
        var oldest = _window[0];
        Leave(1);
        _index?.Remove(oldest.Request);
        return oldest;
    }

    /// <summary>Lets go of what no window can reach once event time is here; gives back unfinished requests that had to go for want of room.</summary>
    public IReadOnlyList<CountedRequest> Expire(long now)
    {
        var gone = 0;
        while (gone < _window.Count && _window[gone].AtMicros <= now - rule.SpanMicros) gone++;
        for (var i = 0; i < gone; i++)
        {
            if (_window[i].IsOver) _index?.Remove(_window[i].Request);
            else (_unfinished ??= []).Add(_window[i]);
        }

        if (gone > 0) Leave(gone);
        if (_unfinished is null) return [];
        foreach (var old in _unfinished) if (IsForgotten(old)) _index?.Remove(old.Request);
        _unfinished.RemoveAll(IsForgotten);
        if (_unfinished.Count <= MostUnfinished) return [];
        var dropped = _unfinished.OrderBy(r => r.Sequence).Take(_unfinished.Count - MostUnfinished).ToList();
        _unfinished.RemoveAll(dropped.Contains);
        foreach (var drop in dropped) _index?.Remove(drop.Request);
        return dropped;

        bool IsForgotten(CountedRequest r) => r.IsOver || r.AtMicros <= now - UnfinishedMicros;
    }

    /// <summary>The requests in (at − timespan, at].</summary>
    public ReadOnlySpan<CountedRequest> Window(long at)
    {
        var all = CollectionsMarshal.AsSpan(_window);
        int from = 0, to = all.Length;
        while (from < to && all[from].AtMicros <= at - rule.SpanMicros) from++;
        while (to > from && all[to - 1].AtMicros > at) to--;
        return all[from..to];
    }

    /// <summary>Whether the correlation's condition holds over the window that ends at a time.</summary>
    public bool Holds(long at)
    {
        if (Measure(Window(at), at) is not { } number) return false;
        foreach (var bound in rule.Source.Bounds)
            if (!bound.Holds(number)) return false;
        return true;
    }

    double? Measure(ReadOnlySpan<CountedRequest> window, long at)
    {
        if (rule.Source.Type == CorrelationType.EventCount) return window.Length;
        if (rule.Source.Type == CorrelationType.ValueCount)
        {
            if (window.Length == _window.Count) return _distinct!.Count;
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

    void Leave(int count)
    {
        if (_distinct is not null)
            for (var i = 0; i < count; i++)
            {
                ref var n = ref CollectionsMarshal.GetValueRefOrNullRef(_distinct, _window[i].Value!);
                if (--n == 0) _distinct.Remove(_window[i].Value!);
            }

        _window.RemoveRange(0, count);
    }
}
