using AuditWatch.Detection.EventLayer;

namespace AuditWatch.Detection.Reasoning;

/// <summary>
/// Waits for the first act of everyone who was just given rights. Armed by a binding, in order of event time; acts are offered as they arrive, and the earliest
/// of them counts: that is decided when the reorder buffer lets it go.
/// </summary>
sealed class FirstActs(bool byCertificate = false)
{
    /// <summary>Whoever has not acted by then is no longer waited for.</summary>
    public const long KeptMicros = 24L * 3_600_000_000;

    const string EveryServiceAccount = "system:serviceaccounts";
    static readonly string Everyone = BindingSubjects.GroupPrefix + EveryServiceAccount;

    readonly Dictionary<string, ArmedSubject> _bySubject = new(StringComparer.Ordinal);
    readonly Dictionary<ulong, ArmedSubject> _byActor = [], _byGroup = [];
    readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    ArmedSubject? _everyone;

    public bool IsEmpty => _bySubject.Count == 0;

    public int Count => _bySubject.Count;

    public IEnumerable<ArmedSubject> Arm(Sighting binding)
    {
        foreach (var subject in binding.Subjects)
        {
            var armed = new ArmedSubject(subject, binding.Event.Key) { ByCertificate = byCertificate };
            Restore(armed);
            _changed.Add(subject);
            yield return armed;
        }
    }

    public void Restore(ArmedSubject armed)
    {
        _bySubject[armed.Subject] = armed;
        if (armed.Subject == Everyone) _everyone = armed;
        else if (!armed.Subject.StartsWith(BindingSubjects.GroupPrefix, StringComparison.Ordinal)) _byActor[TextHash.Of(armed.Subject)] = armed;
        else if (ServiceAccountName.GroupHash(armed.Subject[BindingSubjects.GroupPrefix.Length..]) is not 0 and var group) _byGroup[group] = armed;
    }

    /// <summary>Whoever of the waited-for the act could be the first act of.</summary>
    public void Match(in Act act, List<ArmedSubject> matched)
    {
        matched.Clear();
        if (_byActor.TryGetValue(act.Actor, out var own) && own.CouldBe(act)) matched.Add(own);
        if (act.Group == 0) return;
        if (_byGroup.TryGetValue(act.Group, out var group) && group.CouldBe(act)) matched.Add(group);
        if (_everyone is { } everyone && everyone.CouldBe(act)) matched.Add(everyone);
    }

    /// <summary>True once per armed subject: this was its first act.</summary>
    public bool TryTake(ArmedSubject armed)
    {
        if (!_bySubject.TryGetValue(armed.Subject, out var current) || current != armed) return false;
        Disarm(armed);
        return true;
    }

    public IEnumerable<(string Subject, ArmedSubject? Armed)> TakeChanges()
    {
        var changes = _changed.Order(StringComparer.Ordinal).Select(s => (s, _bySubject.GetValueOrDefault(s))).ToList();
        _changed.Clear();
        return changes;
    }

    public void ForgetChanges() => _changed.Clear();

    public void ForgetBefore(long micros)
    {
        foreach (var armed in _bySubject.Values.Where(a => a.Since.TimeMicros < micros).ToList()) Disarm(armed);
    }

    void Disarm(ArmedSubject armed)
    {
        _bySubject.Remove(armed.Subject);
        _changed.Add(armed.Subject);
        if (armed == _everyone) _everyone = null;
        foreach (var index in new[] { _byActor, _byGroup })
            foreach (var (hash, held) in index)
                if (held == armed) index.Remove(hash);
    }
}
