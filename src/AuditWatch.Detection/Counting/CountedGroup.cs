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
    int _left;
    Dictionary<CountedKey, CountedRequest>? _index;
    List<CountedRequest>? _unfinished;
    Dictionary<string, int>? _distinct;
    MetricCounts? _metrics;

    public CorrelationRule Rule => rule;

    public IReadOnlyList<string> Values => values;

    /// <summary>Its place among the correlation's groups; negative once it is none of them.</summary>
    public int Slot { get; set; } = -1;

    /// <summary>Whether something happened to it of late.</summary>
    public bool IsTouched { get; set; }

    public int Requests => InWindow.Length + (_unfinished?.Count ?? 0);

    public ReadOnlySpan<CountedRequest> InWindow => CollectionsMarshal.AsSpan(_window)[_left..];

    public ReadOnlySpan<CountedRequest> Unfinished => CollectionsMarshal.AsSpan(_unfinished);

    public IEnumerable<CountedRequest> All => [.. InWindow, .. Unfinished];

    /// <summary>The newest request in its window.</summary>
    public long NewestMicros => InWindow is [.., var last] ? last.AtMicros : long.MinValue;

    /// <summary>The newest request that has ended; the newest that has not.</summary>
    public long NewestOver => Newest(isOver: true);

    /// <inheritdoc cref="NewestOver"/>
    public long NewestUnfinished => Newest(isOver: false);

    public CountedRequest? Find(RequestKey request, string? value)
    {
        var key = KeyOf(request, value);
        if (_index is not null) return _index.GetValueOrDefault(key);
        var window = InWindow;
        for (var i = window.Length - 1; i >= 0; i--)
            if (KeyOf(window[i]) == key) return window[i];
        return _unfinished?.Find(r => KeyOf(r) == key);
    }

    /// <summary>Files a request in its place; gives back what had to go for it.</summary>
    public CountedRequest? Add(CountedRequest request)
    {
        var place = _window.Count;
        while (place > _left && _window[place - 1].AtMicros > request.AtMicros) place--;
        _window.Insert(place, request);
        request.IsInWindow = true;
        if (rule.Metrics.Count > 0) (_metrics ??= new MetricCounts(rule)).Add(request);
        if (_index is not null) _index[KeyOf(request)] = request;
        else if (InWindow.Length > FewWithoutIndex) _index = All.ToDictionary(KeyOf);
        if (rule.IsTemporal || rule.Source.Type == CorrelationType.ValueCount)
            CollectionsMarshal.GetValueRefOrAddDefault(_distinct ??= new(StringComparer.Ordinal), request.Value!, out _)++;
        // A rule that holds often pushes out its own matches only: what is rare is what the others wait for.
        if (rule.IsTemporal ? _distinct![request.Value!] <= CorrelationRule.MostOfMember : InWindow.Length <= rule.Capacity) return null;
        var oldest = _window[rule.IsTemporal ? _window.FindIndex(_left, r => r.Value == request.Value) : _left];
        Leave(oldest);
        _index?.Remove(KeyOf(oldest));
        return oldest;
    }

    /// <summary>Takes back a request beyond its window whose end was not seen.</summary>
    public void AddUnfinished(CountedRequest request)
    {
        (_unfinished ??= []).Add(request);
        if (_index is not null) _index[KeyOf(request)] = request;
    }

    /// <summary>Lets go of what no window can reach once event time is here; gives back unfinished requests that had to go for want of room.</summary>
    public IReadOnlyList<CountedRequest> Expire(long now)
    {
        var opened = rule.OpenedAfter(now);
        while (_left < _window.Count && _window[_left].AtMicros <= opened)
        {
            var request = _window[_left];
            if (request.IsOver) _index?.Remove(KeyOf(request));
            else (_unfinished ??= []).Add(request);
            Leave(request);
        }

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
        var all = InWindow;
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

    /// <summary>What is compared with the bounds, over the window that ends at a time.</summary>
    public double? Number(long at)
    {
        var window = Window(at);
        return rule.IsTemporal ? window.ToArray().DistinctBy(r => r.Value).Count() : Measure(window, at);
    }

    MetricCounts MetricsOf(ReadOnlySpan<CountedRequest> window)
    {
        if (window.Length == InWindow.Length && _metrics is not null) return _metrics;
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
            if (window.Length == InWindow.Length) return _distinct?.Count ?? 0;
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

    // Nearly always the oldest: the list is moved up only now and then.
    void Leave(CountedRequest request)
    {
        if (_distinct is not null && --CollectionsMarshal.GetValueRefOrNullRef(_distinct, request.Value!) == 0) _distinct.Remove(request.Value!);
        request.IsInWindow = false;
        _metrics?.Remove(request);
        if (_window[_left] != request)
        {
            _window.RemoveAt(_window.IndexOf(request, _left));
            return;
        }

        _window[_left++] = null!;
        if (_left < 16 || _left * 2 < _window.Count) return;
        _window.RemoveRange(0, _left);
        _left = 0;
    }

    long Newest(bool isOver)
    {
        var newest = long.MinValue;
        var window = InWindow;
        for (var i = window.Length - 1; i >= 0 && newest == long.MinValue; i--)
            if (window[i].IsOver == isOver) newest = window[i].AtMicros;
        foreach (var request in Unfinished)
            if (request.IsOver == isOver) newest = Math.Max(newest, request.AtMicros);
        return newest;
    }
}
