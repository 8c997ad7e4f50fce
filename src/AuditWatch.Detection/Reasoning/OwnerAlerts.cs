using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Knowledge;

namespace AuditWatch.Detection.Reasoning;

/// <summary>
/// Which alert a rule has raised on an object, so that what it finds on the object's pods is told in the same one: a rule about what pods hold is true of the
/// template in a person's request, and again of every pod that controllers make of it. Asked in order of event time.
/// </summary>
sealed class OwnerAlerts
{
    /// <summary>An owner's alert takes in what comes within this long after the last.</summary>
    public const long ReachMicros = 24L * 3_600_000_000;

    public const int Most = 50_000;

    readonly Dictionary<string, OwnerAlert> _latest = new(StringComparer.Ordinal);
    readonly SortedDictionary<string, OwnerAlert?> _changed = new(StringComparer.Ordinal);

    /// <summary>Findings that joined.</summary>
    public long Joined { get; private set; }

    /// <summary>The alert of the nearest owner that has one; notes that this finding now stands for what its object, or its owners, own.</summary>
    public OwnerAlert? Take(Sighting sighting, string alertId, IReadOnlyList<ObjectName> chain)
    {
        var owner = chain.Skip(1).Select(o => _latest.GetValueOrDefault(Key(sighting, o))).FirstOrDefault(a => a is not null && sighting.TimeMicros - a.LastMicros <= ReachMicros);
        if (owner is not null) Joined++;
        // Where no owner has an alert, the first of its objects stands for all of them.
        foreach (var name in owner is null ? chain : chain.Take(1))
            if (name.Name.Length > 0) Put(new OwnerAlert(sighting.By.Id, name.Key, owner?.AlertId ?? alertId, owner?.Exceptions ?? sighting.Exceptions, sighting.TimeMicros));
        if (owner is null) return null;
        Put(owner with { LastMicros = Math.Max(owner.LastMicros, sighting.TimeMicros) });
        return owner;
    }

    public void Restore(OwnerAlert alert) => _latest[alert.Key] = alert;

    public IReadOnlyList<(string Key, OwnerAlert? Alert)> TakeChanges()
    {
        var changes = _changed.Select(c => (c.Key, c.Value)).ToList();
        _changed.Clear();
        return changes;
    }

    public void ForgetChanges() => _changed.Clear();

    public void ForgetBefore(long micros)
    {
        foreach (var old in _latest.Values.Where(a => a.LastMicros < micros).ToList()) Drop(old);
        if (_latest.Count <= Most) return;
        foreach (var old in _latest.Values.OrderBy(a => a.LastMicros).ThenBy(a => a.Key, StringComparer.Ordinal).Take(_latest.Count - (Most * 9 / 10)).ToList()) Drop(old);
    }

    static string Key(Sighting sighting, ObjectName name) => sighting.By.Id + "/" + name.Key;

    void Put(OwnerAlert alert) => _changed[alert.Key] = _latest[alert.Key] = alert;

    void Drop(OwnerAlert alert)
    {
        _latest.Remove(alert.Key);
        _changed[alert.Key] = null;
    }
}
