using System.Globalization;

namespace AuditWatch.Sigma.Correlation;

/// <summary>value_count of one group: distinct values (or tuples) in (t − span, t], counted exactly up to a bound.</summary>
/// <param name="span">The correlation's timespan.</param>
/// <param name="lateness">How late a match may come and still be counted in its place.</param>
/// <param name="capacity">Most matches kept; beyond it the oldest are given up, and counted.</param>
public sealed class DistinctWindow(TimeSpan span, TimeSpan lateness, int capacity)
{
    readonly TimeLine<string> _line = new(span.Ticks / TimeSpan.TicksPerMicrosecond, lateness.Ticks / TimeSpan.TicksPerMicrosecond, capacity);

    /// <summary>Matches given up for want of room: from then on counts may be too low.</summary>
    public long Evicted => _line.Evicted;

    /// <summary>Files a match and answers how many distinct values the window that ends with it holds.</summary>
    public int Add(long atMicros, string value)
    {
        _line.Add(atMicros, value);
        return Count(atMicros);
    }

    /// <summary>How many distinct values the window that ends at a time holds.</summary>
    public int Count(long atMicros)
    {
        var window = _line.Window(atMicros);
        if (window.Length <= 1) return window.Length;
        var seen = new HashSet<string>(window.Length, StringComparer.Ordinal);
        foreach (var (_, value) in window) seen.Add(value);
        return seen.Count;
    }

    /// <summary>One value for a tuple of fields; no two tuples share one.</summary>
    public static string Tuple(IReadOnlyList<string> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count == 1) return parts[0];
        var length = 0;
        for (var i = 0; i < parts.Count; i++) length += Digits(parts[i].Length) + 1 + parts[i].Length;
        return string.Create(length, parts, static (text, parts) =>
        {
            for (var i = 0; i < parts.Count; i++)
            {
                parts[i].Length.TryFormat(text, out var digits, provider: CultureInfo.InvariantCulture);
                text[digits] = ':';
                parts[i].CopyTo(text[(digits + 1)..]);
                text = text[(digits + 1 + parts[i].Length)..];
            }
        });
    }

    static int Digits(int number)
    {
        var digits = 1;
        for (; number >= 10; number /= 10) digits++;
        return digits;
    }
}
