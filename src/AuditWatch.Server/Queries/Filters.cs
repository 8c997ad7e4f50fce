using System.Globalization;
using AuditWatch.Server.Configuration;

namespace AuditWatch.Server.Queries;

/// <summary>The filters of one question, read with their types. A filter that nobody asks for is a fault: a misspelt filter must not silently match everything.</summary>
sealed class Filters(IReadOnlyDictionary<string, string> given, TimeProvider clock)
{
    readonly HashSet<string> _known = ["limit", "cursor"];

    public string? Text(string name)
    {
        _known.Add(name);
        return given.GetValueOrDefault(name);
    }

    public string? OneOf(string name, params string[] allowed)
    {
        var text = Text(name);
        return text is null || allowed.Contains(text) ? text : throw new QueryFault($"'{name}' is '{text}', but must be one of {string.Join(", ", allowed)}.");
    }

    public int? Number(string name)
    {
        if (Text(name) is not { } text) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new QueryFault($"'{name}' is '{text}', but must be a whole number.");
    }

    /// <summary>Microseconds since 1970.</summary>
    public long? Time(string name)
    {
        if (Text(name) is not { } text) return null;
        return Moments.TryPast(text, clock, out var time)
            ? Micros(time) : throw new QueryFault($"'{name}' is '{text}', but must be RFC 3339 or a duration before now such as 15m, 24h or 7d.");
    }

    public TimeSpan Duration(string name, TimeSpan fallback)
    {
        if (Text(name) is not { } text) return fallback;
        return Quantities.TryDuration(text, out var duration) ? duration : throw new QueryFault($"'{name}' is '{text}', but must be a duration such as 15m or 24h.");
    }

    public int Limit => Number("limit") ?? 1000;

    public string? Cursor => given.GetValueOrDefault("cursor");

    public void Done()
    {
        foreach (var name in given.Keys.Where(k => !_known.Contains(k)))
        {
            var near = Suggestion.Near(name, _known);
            throw new QueryFault($"There is no filter '{name}'.{(near is null ? $" Known: {string.Join(", ", _known.Order(StringComparer.Ordinal))}." : $" Did you mean '{near}'?")}");
        }
    }

    static long Micros(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;
}
