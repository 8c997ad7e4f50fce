using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Sigma.Correlation;
using AuditWatch.Sigma.Extensions;

namespace AuditWatch.Detection.Counting;

/// <summary>The values of one first-seen correlation, and since when they are watched.</summary>
sealed class FirstSeenValues(CorrelationRule rule, int most)
{
    readonly Dictionary<string, Value> _values = new(StringComparer.Ordinal);
    readonly Dictionary<string, Learner> _scopes = new(StringComparer.Ordinal);
    readonly Learner _whole = new() { BeganMicros = long.MaxValue, LastMicros = long.MinValue };
    readonly int[] _per = [.. rule.Source.Extensions.FirstSeen!.Per.Select(p => rule.Source.GroupBy.TakeWhile(g => g != p).Count())];
    long _forgottenMicros = long.MinValue;
    long _noBaseline, _forgotten, _valuesEvicted;

    public CorrelationRule Rule => rule;

    public FirstSeen Extension { get; } = rule.Source.Extensions.FirstSeen!;

    public long LearningMicros { get; } = (long)rule.Source.Extensions.FirstSeen!.Learning.TotalMicroseconds;

    public long WithoutField { get; set; }

    /// <summary>Is told the key of what had to go for want of room.</summary>
    public Action<string>? Evicted { get; set; }

    /// <summary>Event time of the earliest event seen, matching or not.</summary>
    public long BeganMicros { get => _whole.BeganMicros; set => _whole.BeganMicros = value; }

    public FirstSeenFigures Figures => new(rule.Identity.Name, _values.Count, _noBaseline, _forgotten, _valuesEvicted, WithoutField);

    /// <summary>What the learning of a match's value is measured by, and the key under which that is saved.</summary>
    public Learner LearnerOf(IReadOnlyList<string> group, long at, long now, out string key)
    {
        key = "";
        if (_per.Length == 0) return _whole;
        key = FirstSeenTable.Short("s", DistinctWindow.Tuple([.. _per.Select(i => group[i])]));
        if (_scopes.TryGetValue(key, out var learner) && now - learner.LastMicros < rule.SpanMicros) return learner;
        // Without room for it a scope is never done learning: all of it stays unknown.
        learner = new Learner { BeganMicros = at, LastMicros = at };
        if (_scopes.Count < most || _scopes.ContainsKey(key)) _scopes[key] = learner;
        return learner;
    }

    /// <summary>Files a match; whether its value is new, or the same request said so already.</summary>
    public bool See(string key, EventFacts e, long now, bool learned)
    {
        if (_values.TryGetValue(key, out var value) && now - value.LastMicros < rule.SpanMicros)
        {
            value.LastMicros = Math.Max(value.LastMicros, e.TimeMicros);
            return value.First == e.Request;
        }

        if (value is null && _values.Count >= most) MakeRoom();
        value = _values[key] = new Value { LastMicros = e.TimeMicros };
        if (!learned) _noBaseline++;
        else if (_forgottenMicros > now - rule.SpanMicros) _forgotten++;
        else value.First = e.Request;
        return value.First is not null;
    }

    public void ForgetBefore(long watermark)
    {
        foreach (var (key, value) in _values) if (value.LastMicros <= watermark - rule.SpanMicros) _values.Remove(key);
        foreach (var (key, scope) in _scopes) if (scope.LastMicros <= watermark - rule.SpanMicros) _scopes.Remove(key);
    }

    public SavedFirstSeen? Save(string key)
    {
        if (key.Length == 0) return new(rule.Identity.Id, key, _forgottenMicros, null, _whole.BeganMicros, _whole.Matches);
        if (key[0] == 's') return _scopes.TryGetValue(key, out var scope) ? new(rule.Identity.Id, key, scope.LastMicros, null, scope.BeganMicros, scope.Matches) : null;
        return _values.TryGetValue(key, out var value) ? new(rule.Identity.Id, key, value.LastMicros, value.First, null, null) : null;
    }

    public void Restore(SavedFirstSeen saved)
    {
        if (saved.Key.Length == 0) (_forgottenMicros, _whole.BeganMicros, _whole.Matches) = (saved.LastMicros, saved.BeganMicros ?? long.MaxValue, saved.Matches ?? 0);
        else if (saved.Key[0] == 's') _scopes[saved.Key] = new Learner { LastMicros = saved.LastMicros, BeganMicros = saved.BeganMicros ?? long.MaxValue, Matches = saved.Matches ?? 0 };
        else _values[saved.Key] = new Value { LastMicros = saved.LastMicros, First = saved.First };
    }

    // The tenth that was not seen for longest.
    void MakeRoom()
    {
        foreach (var (key, value) in _values.OrderBy(v => v.Value.LastMicros).ThenBy(v => v.Key, StringComparer.Ordinal).Take(Math.Max(1, most / 10)).ToList())
        {
            _values.Remove(key);
            _valuesEvicted++;
            _forgottenMicros = Math.Max(_forgottenMicros, value.LastMicros);
            Evicted?.Invoke(key);
        }

        Evicted?.Invoke("");
    }

    sealed class Value
    {
        public long LastMicros { get; set; }

        /// <summary>The request with which it was called new; null when it was only learned.</summary>
        public RequestKey? First { get; set; }
    }
}
