using System.Globalization;

namespace AuditWatch.Detection.Alerts;

/// <summary>Event times are whole microseconds since 1970; outside they are written as RFC 3339 with six digits.</summary>
internal static class EventTime
{
    const string Form = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    const long FirstMicros = -62_135_596_800_000_000, LastMicros = 253_402_300_799_999_999;

    public static string Format(long micros) =>
        DateTimeOffset.UnixEpoch.AddTicks(Math.Clamp(micros, FirstMicros, LastMicros) * 10).ToString(Form, CultureInfo.InvariantCulture);

    public static bool TryParse(string? text, out long micros)
    {
        var ok = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time);
        micros = ok ? (time - DateTimeOffset.UnixEpoch).Ticks / 10 : 0;
        return ok;
    }
}
