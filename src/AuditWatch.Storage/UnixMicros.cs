namespace AuditWatch.Storage;

/// <summary>Times as whole microseconds since 1970, the one form in which they are stored.</summary>
internal static class UnixMicros
{
    public static long Of(TimeProvider clock) => (clock.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static long From(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;
}
