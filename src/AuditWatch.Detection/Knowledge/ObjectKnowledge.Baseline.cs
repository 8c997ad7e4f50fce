namespace AuditWatch.Detection.Knowledge;

// What a snapshot adds, from the time on at which it was taken.
sealed partial class ObjectKnowledge
{
    AwaitedBaseline? _awaited;
    bool _knowsAllBindings;

    /// <summary>Whether a snapshot told of all bindings there were, and the log of all that came since.</summary>
    public bool KnowsAllBindings
    {
        get => _knowsAllBindings;
        private set
        {
            if (_knowsAllBindings == value) return;
            _knowsAllBindings = value;
            if (_awaited is not null) _awaited.IsChanged = true;
        }
    }

    /// <summary>Whether a snapshot was given that lies in a time which was judged without it; it is not taken.</summary>
    public bool BaselineIsTooOld => _awaited is { IsTooOld: true };

    /// <summary>Takes a snapshot in when event time reaches it. Before anything else.</summary>
    public void Await(ClusterBaseline baseline) => _awaited = new AwaitedBaseline(baseline);

    /// <summary>After the saved objects: goes on with the snapshot where a restart left off.</summary>
    public void ResumeBaseline(SavedBaseline? saved, long watermarkMicros)
    {
        if (_awaited is null) return;
        _awaited.Resume(saved, watermarkMicros);
        _knowsAllBindings = saved is not null && _awaited is { IsTaken: true } && saved.KnowsAllBindings;
    }

    /// <summary>How far the snapshot has come, where that changed since last asked.</summary>
    public SavedBaseline? TakeBaselineChange()
    {
        if (_awaited is not { IsChanged: true }) return null;
        _awaited.IsChanged = false;
        return _awaited.Save(KnowsAllBindings);
    }

    void Advance(long micros)
    {
        if (_awaited is null or { IsTaken: true } or { IsTooOld: true }) return;
        foreach (var known in _awaited.TakeAt(micros))
        {
            if (_objects.ContainsKey(known.Name.Key)) continue;
            Restore(known);
            _changed[known.Name.Key] = known;
        }

        if (!_awaited.IsTaken) return;
        KnowsAllBindings = _awaited.HasAllBindings && !_objects.Values.Any(IsBlindBinding);
        while (_objects.Count > most) Evict();
    }

    static bool IsBinding(KnownObject known) => known.Name.Resource is "rolebindings" or "clusterrolebindings";

    // Somebody holds something, and the log does not say who, or what.
    static bool IsBlindBinding(KnownObject known) => IsBinding(known) && (known.Subjects is null || known.Role is null);
}
