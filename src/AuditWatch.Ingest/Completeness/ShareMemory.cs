namespace AuditWatch.Ingest.Completeness;

/// <summary>How a stage or level is usually seen among an API server's events, and whether it has stopped to be.</summary>
sealed class ShareMemory
{
    const int Fresh = 10, Enough = 1000, Missed = 2000;

    public long Events { get; set; }

    /// <summary>Number and time of the event that had it last.</summary>
    public long LastNumber { get; set; }

    public long LastMicros { get; set; }

    /// <summary>The longest time without it so far.</summary>
    public long LongestAway { get; set; }

    public int New { get; set; }

    public bool IsKnown { get; set; }

    public bool IsGone { get; set; }

    /// <summary>An event has it. True when that is a change: it is new, or back.</summary>
    public bool Observe(long number, long micros, bool isLearnt)
    {
        Events++;
        if (LastMicros > 0 && micros > LastMicros) LongestAway = Math.Max(LongestAway, micros - LastMicros);
        LastNumber = number;
        LastMicros = Math.Max(LastMicros, micros);
        if (IsGone) return !(IsGone = false);
        if (IsKnown) return false;
        if (isLearnt && number > Enough && ++New < Fresh) return false;
        IsKnown = true;
        return isLearnt && number > Enough;
    }

    /// <summary>Whether it has just been found missing: among so many events and for so long that chance and the time of day do not explain it.</summary>
    public bool HasGone(long number, long micros, double share, TimeSpan atLeast)
    {
        if (!IsKnown || IsGone || LastNumber < Enough || Events < share * LastNumber || number - LastNumber < Missed) return false;
        if (micros - LastMicros < Math.Max(atLeast.Ticks / TimeSpan.TicksPerMicrosecond, 4 * LongestAway)) return false;
        return IsGone = true;
    }
}
