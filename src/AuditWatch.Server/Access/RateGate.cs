namespace AuditWatch.Server.Access;

/// <summary>
/// A token bucket per key. Buckets that are full again are forgotten, and beyond a number of keys all strangers share one, so whoever invents keys costs nothing.
/// </summary>
sealed class RateGate(TimeProvider clock, double perSecond, double burst)
{
    const int MostKeys = 10_000;
    const string Others = "\0others";

    readonly Lock _gate = new();
    readonly Dictionary<string, (double Left, long At)> _buckets = new(StringComparer.Ordinal);

    /// <summary>Takes one; null when there was one, else how long until there is.</summary>
    public TimeSpan? Take(string key)
    {
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            if (!_buckets.ContainsKey(key) && _buckets.Count >= MostKeys)
            {
                foreach (var full in _buckets.Where(b => LeftOf(b.Value, now) >= burst).Select(b => b.Key).ToList()) _buckets.Remove(full);
                if (_buckets.Count >= MostKeys) key = Others;
            }
            var left = _buckets.TryGetValue(key, out var bucket) ? LeftOf(bucket, now) : burst;
            if (left < 1) return TimeSpan.FromSeconds((1 - left) / perSecond);
            _buckets[key] = (left - 1, now);
            return null;
        }
    }

    double LeftOf((double Left, long At) bucket, long now) => Math.Min(burst, bucket.Left + clock.GetElapsedTime(bucket.At, now).TotalSeconds * perSecond);
}
