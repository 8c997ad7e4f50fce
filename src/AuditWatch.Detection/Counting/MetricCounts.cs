using System.Runtime.InteropServices;

namespace AuditWatch.Detection.Counting;

/// <summary>The further numbers of a correlation over some of its requests, kept as requests come and go.</summary>
sealed class MetricCounts(CorrelationRule rule)
{
    readonly int[] _requests = new int[rule.Metrics.Count];
    readonly Dictionary<string, int>?[] _values = [.. rule.Metrics.Select(m => m.Field is null ? null : new Dictionary<string, int>(StringComparer.Ordinal))];

    public void Add(CountedRequest request)
    {
        for (var i = 0; i < _requests.Length; i++)
        {
            if (!rule.IsMeasured(i, request.Members)) continue;
            if (_values[i] is not { } values) _requests[i]++;
            else if (request.Measured![i] is { } value) CollectionsMarshal.GetValueRefOrAddDefault(values, value, out _)++;
        }
    }

    public void Remove(CountedRequest request)
    {
        for (var i = 0; i < _requests.Length; i++)
        {
            if (!rule.IsMeasured(i, request.Members)) continue;
            if (_values[i] is not { } values) _requests[i]--;
            else if (request.Measured![i] is { } value && --CollectionsMarshal.GetValueRefOrNullRef(values, value) == 0) values.Remove(value);
        }
    }

    /// <summary>Whether every number keeps within its bounds.</summary>
    public bool Hold()
    {
        for (var i = 0; i < _requests.Length; i++)
        {
            var number = _values[i]?.Count ?? _requests[i];
            foreach (var bound in rule.Metrics[i].Bounds)
                if (!bound.Holds(number)) return false;
        }

        return true;
    }
}
