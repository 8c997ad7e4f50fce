using System.Globalization;

namespace AuditWatch.Server.Queries;

/// <summary>Microseconds since 1970 as people and tools read them.</summary>
static class Rfc3339
{
    /// <summary>With six digits and Z.</summary>
    public static string Of(long micros) =>
        DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
