namespace AuditWatch.Sigma.Correlation;

/// <summary>value_sum, value_avg, value_percentile and value_median of one group over (t − span, t].</summary>
/// <param name="span">The correlation's timespan.</param>
/// <param name="lateness">How late a match may come and still be counted in its place.</param>
/// <param name="capacity">Most matches kept; beyond it the oldest are given up, and counted.</param>
public sealed class NumberWindow(TimeSpan span, TimeSpan lateness, int capacity)
{
    readonly TimeLine<double> _line = new(span.Ticks / TimeSpan.TicksPerMicrosecond, lateness.Ticks / TimeSpan.TicksPerMicrosecond, capacity);

    /// <summary>Matches given up for want of room.</summary>
    public long Evicted => _line.Evicted;

    /// <summary>Files a match's number. What is no finite number is not filed.</summary>
    public void Add(long atMicros, double value)
    {
        if (double.IsFinite(value)) _line.Add(atMicros, value);
    }

    /// <summary>The sum over the window that ends at a time. Summed anew each time, in event order: a replay gives the same bits.</summary>
    public double Sum(long atMicros)
    {
        var sum = 0.0;
        foreach (var (_, value) in _line.Window(atMicros)) sum += value;
        return sum;
    }

    /// <summary>The average; null of nothing.</summary>
    public double? Average(long atMicros) => _line.Window(atMicros).Length is > 0 and var count ? Sum(atMicros) / count : null;

    /// <summary>The smallest value that at least so many percent of the values do not exceed (nearest rank); null of nothing.</summary>
    public double? Percentile(long atMicros, double percent)
    {
        var values = Sorted(atMicros);
        return values.Length == 0 ? null : values[Math.Clamp((int)Math.Ceiling(percent / 100 * values.Length) - 1, 0, values.Length - 1)];
    }

    /// <summary>The middle value, or the mean of the two in the middle; null of nothing.</summary>
    public double? Median(long atMicros)
    {
        var values = Sorted(atMicros);
        return values.Length == 0 ? null : (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }

    double[] Sorted(long atMicros)
    {
        var window = _line.Window(atMicros);
        var values = new double[window.Length];
        for (var i = 0; i < values.Length; i++) values[i] = window[i].Value;
        Array.Sort(values);
        return values;
    }
}
