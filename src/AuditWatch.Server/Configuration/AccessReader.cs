using System.Globalization;

namespace AuditWatch.Server.Configuration;

/// <summary>Understands the section <c>access</c>.</summary>
static class AccessReader
{
    public static AccessConfig Read(ConfigSection? s)
    {
        var defaults = new AccessConfig();
        if (s is null) return defaults;
        var access = new AccessConfig
        {
            RequestsPerSecond = Number(s, "requests_per_second", defaults.RequestsPerSecond),
            FailuresPerMinute = Number(s, "failures_per_minute", defaults.FailuresPerMinute),
        };
        s.Done();
        return access;
    }

    static int Number(ConfigSection s, string key, int fallback)
    {
        if (s.Text(key) is not { } text) return fallback;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 1_000_000) return number;
        s.Fault(key, $"is '{text}', but must be a whole number from 1 to 1000000.");
        return fallback;
    }
}
