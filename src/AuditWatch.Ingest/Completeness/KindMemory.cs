namespace AuditWatch.Ingest.Completeness;

/// <summary>At which levels one kind of request (verb and resource) is known to be recorded.</summary>
sealed class KindMemory
{
    const int Enough = 50, Fresh = 10;

    public ulong Hash { get; set; }

    public string Name { get; set; } = "";

    public long Events { get; set; }

    /// <summary>A bit for each known level.</summary>
    public int Known { get; set; }

    /// <summary>How often levels that were not known have been seen.</summary>
    public int[] New { get; set; } = new int[4];

    /// <summary>Takes an event. True when a level that was never seen before is now seen for certain; <paramref name="before"/> are the levels until then.</summary>
    public bool Observe(int level, bool isLearnt, out int before)
    {
        before = Known;
        Events++;
        if ((Known & 1 << level) != 0) return false;
        if (isLearnt && Events > Enough && ++New[level] < Fresh) return false;
        Known |= 1 << level;
        return isLearnt && Events > Enough;
    }
}
