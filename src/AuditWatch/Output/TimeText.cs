using System.CommandLine;
using System.Globalization;
using AuditWatch.Server.Configuration;

namespace AuditWatch.Cli.Output;

/// <summary>Times as every time option takes them: RFC 3339, or a duration before now (<c>15m</c>, <c>24h</c>, <c>7d</c>).</summary>
internal static class TimeText
{
    public static Option<DateTimeOffset?> Option(string name, string description) => new(name)
    {
        Description = description + " RFC 3339, or a duration before now such as 15m, 24h, 7d.",
        CustomParser = result =>
        {
            if (Moments.TryPast(result.Tokens[0].Value, TimeProvider.System, out var time)) return time;
            result.AddError($"{name} takes RFC 3339 (2026-11-25T08:00:00Z) or a duration before now (15m, 24h, 7d), not '{result.Tokens[0].Value}'.");
            return null;
        },
    };

    public static Option<TimeSpan?> Duration(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result =>
        {
            if (Quantities.TryDuration(result.Tokens[0].Value, out var duration)) return duration;
            result.AddError($"{name} takes a duration such as 15m, 24h or 7d, not '{result.Tokens[0].Value}'.");
            return null;
        },
    };
}
