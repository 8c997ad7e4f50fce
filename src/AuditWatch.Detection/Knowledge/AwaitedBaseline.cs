namespace AuditWatch.Detection.Knowledge;

/// <summary>A snapshot until event time reaches it: what the log tells of before is taken out, for the log knows better.</summary>
sealed class AwaitedBaseline(ClusterBaseline baseline)
{
    readonly HashSet<string> _told = new(StringComparer.Ordinal);

    public bool IsTaken { get; private set; }

    /// <summary>Whether it lies in a time that was judged already without it.</summary>
    public bool IsTooOld { get; private set; }

    /// <summary>Whether it must be saved.</summary>
    public bool IsChanged { get; set; } = true;

    public bool HasAllBindings => baseline.HasAllBindings;

    public void Tell(string key)
    {
        if (!IsTaken && !IsTooOld && _told.Add(key)) IsChanged = true;
    }

    /// <summary>What comes to be known at this time.</summary>
    public IEnumerable<KnownObject> TakeAt(long micros)
    {
        if (IsTaken || IsTooOld || micros < baseline.TakenMicros) return [];
        (IsTaken, IsChanged) = (true, true);
        return baseline.Objects.Where(o => !_told.Contains(o.Name.Key));
    }

    public SavedBaseline Save(bool knowsAllBindings) => new(baseline.Digest, IsTaken, knowsAllBindings, IsTaken ? [] : [.. _told.Order(StringComparer.Ordinal)]);

    /// <summary>Goes on where a restart left off. Null: it was not there before.</summary>
    public void Resume(SavedBaseline? saved, long watermarkMicros)
    {
        if (saved?.Digest == baseline.Digest)
        {
            (IsTaken, IsChanged) = (saved.IsTaken, false);
            _told.UnionWith(saved.Told);
        }
        else if (watermarkMicros >= baseline.TakenMicros)
        {
            // Who knows what was deleted since.
            IsTooOld = true;
            IsChanged = false;
        }
    }
}

/// <summary>How far a snapshot has been taken in.</summary>
sealed record SavedBaseline(string Digest, bool IsTaken, bool KnowsAllBindings, IReadOnlyList<string> Told);
