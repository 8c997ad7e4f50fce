namespace AuditWatch.Sigma.Correlation;

/// <summary>
/// Entries in order of event time (those of one time in order of arrival), bounded in age and number. A late entry is put in its place. What falls out for want of
/// room, not of age, is counted.
/// </summary>
internal sealed class TimeLine<T>(long spanMicros, long latenessMicros, int capacity)
{
    readonly List<(long At, T Value)> _entries = [];
    int _first;

    public long Evicted { get; private set; }

    public int Count => _entries.Count - _first;

    /// <summary>Adds an entry and drops what no window can reach any more: older than the newest by more than span and lateness.</summary>
    public void Add(long at, T value, Action<T>? dropped = null)
    {
        var place = _entries.Count;
        while (place > _first && _entries[place - 1].At > at) place--;
        _entries.Insert(place, (at, value));
        var oldest = _entries[^1].At - spanMicros - latenessMicros;
        while (_first < _entries.Count && (_entries[_first].At <= oldest || Count > capacity))
        {
            if (_entries[_first].At > oldest) Evicted++;
            dropped?.Invoke(_entries[_first].Value);
            _entries[_first++] = default;
        }
        if (_first <= 32 || _first * 2 <= _entries.Count) return;
        _entries.RemoveRange(0, _first);
        _first = 0;
    }

    /// <summary>The entries in (at − span, at].</summary>
    public ReadOnlySpan<(long At, T Value)> Window(long at)
    {
        var (from, to) = (After(at - spanMicros), After(at));
        return System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_entries)[from..Math.Max(from, to)];
    }

    /// <summary>Index of the first entry later than a time.</summary>
    int After(long at)
    {
        int low = _first, high = _entries.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_entries[middle].At > at) high = middle; else low = middle + 1;
        }
        return low;
    }
}
