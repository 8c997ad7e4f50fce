namespace AuditWatch.Sigma.Correlation;

/// <summary>event_count of one group: matches in (t − span, t], in event time.</summary>
/// <param name="span">The correlation's timespan.</param>
/// <param name="lateness">How late a match may come and still be counted in its place.</param>
/// <param name="capacity">Most matches kept; beyond it the oldest are given up, and counted.</param>
public sealed class CountWindow(TimeSpan span, TimeSpan lateness, int capacity)
{
    readonly TimeLine<byte> _line = new(span.Ticks / TimeSpan.TicksPerMicrosecond, lateness.Ticks / TimeSpan.TicksPerMicrosecond, capacity);

    /// <summary>Matches given up for want of room.</summary>
    public long Evicted => _line.Evicted;

    /// <summary>Matches kept.</summary>
    public int Kept => _line.Count;

    /// <summary>Files a match and answers how many the window that ends with it holds.</summary>
    public int Add(long atMicros)
    {
        _line.Add(atMicros, 0);
        return _line.Window(atMicros).Length;
    }

    /// <summary>How many the window that ends at a time holds.</summary>
    public int Count(long atMicros) => _line.Window(atMicros).Length;
}
