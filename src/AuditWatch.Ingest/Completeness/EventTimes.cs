namespace AuditWatch.Ingest.Completeness;

/// <summary>How many events there are up to a moment of their own time: a total, and the last ten minutes in steps of ten milliseconds.</summary>
sealed class EventTimes
{
    public const long StepMicros = 10_000;
    const int Steps = 60_000;

    readonly int[] _events = new int[Steps];
    long _newest = long.MinValue;

    /// <summary>All of them.</summary>
    public long Total { get; set; }

    /// <summary>Of moments before this one nothing more is known than the total.</summary>
    public long OldestMicros => _newest == long.MinValue ? long.MinValue : (_newest - Steps + 1) * StepMicros;

    public void Add(long micros)
    {
        Total++;
        var step = micros / StepMicros;
        if (_newest == long.MinValue) _newest = step;
        if (step <= _newest - Steps) return;
        // An event far in the future must not cost a walk over all steps more than once.
        for (var s = Math.Max(_newest + 1, step - Steps + 1); s <= step; s++) _events[s % Steps] = 0;
        _newest = Math.Max(_newest, step);
        _events[step % Steps]++;
    }

    /// <summary>Events not later than a moment, those of its whole step included.</summary>
    public long UpTo(long micros) => Total - Within(micros / StepMicros + 1, _newest);

    /// <summary>Events from one moment to another, whole steps.</summary>
    public long Between(long fromMicros, long toMicros) => Within(fromMicros / StepMicros, toMicros / StepMicros);

    long Within(long from, long to)
    {
        if (_newest == long.MinValue) return 0;
        long events = 0;
        for (var step = Math.Max(from, _newest - Steps + 1); step <= Math.Min(to, _newest); step++) events += _events[step % Steps];
        return events;
    }
}
