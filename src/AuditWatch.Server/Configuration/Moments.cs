using System.Globalization;
using System.Text.RegularExpressions;

namespace AuditWatch.Server.Configuration;

/// <summary>Times as every question takes them: RFC 3339 (a day alone is its midnight, without a zone it is UTC), or a duration such as <c>15m</c>, <c>24h</c>, <c>7d</c>.</summary>
public static partial class Moments
{
    /// <summary>The time meant; a duration counts backwards from now.</summary>
    public static bool TryPast(string text, TimeProvider clock, out DateTimeOffset time) => Try(text, clock, -1, out time);

    /// <summary>The time meant; a duration counts onwards from now.</summary>
    public static bool TryComing(string text, TimeProvider clock, out DateTimeOffset time) => Try(text, clock, 1, out time);

    static bool Try(string text, TimeProvider clock, int direction, out DateTimeOffset time)
    {
        time = default;
        if (!Quantities.TryDuration(text, out var span))
            return Rfc3339().IsMatch(text) && DateTimeOffset.TryParse(text.ToUpperInvariant(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
        var now = clock.GetUtcNow();
        time = direction < 0 ? (span > now - DateTimeOffset.MinValue ? DateTimeOffset.MinValue : now - span) : span > DateTimeOffset.MaxValue - now ? DateTimeOffset.MaxValue : now + span;
        return true;
    }

    // What the runtime takes for a time is more: 1.5 is the fifth of January.
    [GeneratedRegex("^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?([Zz]|[+-][0-9]{2}:[0-9]{2})?)?$", RegexOptions.NonBacktracking)]
    private static partial Regex Rfc3339();
}
