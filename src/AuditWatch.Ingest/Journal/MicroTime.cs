using System.Globalization;

namespace AuditWatch.Ingest.Journal;

/// <summary>Times as whole microseconds since 1970, as Kubernetes writes them (RFC 3339).</summary>
internal static class MicroTime
{
    public static string Format(long micros) =>
        DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    public static long Of(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>Reads a time; 0 when it is none.</summary>
    public static long Parse(ReadOnlySpan<byte> utf8)
    {
        // 2026-11-25T01:02:03.456789Z, with 0 to 9 digits of fraction: what Kubernetes writes.
        if (utf8.Length is < 20 or > 30 || utf8[^1] != 'Z' || utf8[4] != '-' || utf8[7] != '-' || utf8[10] != 'T' || utf8[13] != ':' || utf8[16] != ':') return Slow(utf8);
        if (!Number(utf8[..4], out var year) || !Number(utf8.Slice(5, 2), out var month) || !Number(utf8.Slice(8, 2), out var day)
            || !Number(utf8.Slice(11, 2), out var hour) || !Number(utf8.Slice(14, 2), out var minute) || !Number(utf8.Slice(17, 2), out var second)) return 0;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59) return 0;
        var micros = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks / TimeSpan.TicksPerMicrosecond - DateTime.UnixEpoch.Ticks / TimeSpan.TicksPerMicrosecond;
        if (utf8.Length == 20) return micros;
        if (utf8[19] != '.') return Slow(utf8);
        var digits = utf8[20..^1];
        if (digits.Length == 0 || !Number(digits[..Math.Min(6, digits.Length)], out var fraction) || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return 0;
        for (var i = digits.Length; i < 6; i++) fraction *= 10;
        return micros + fraction;
    }

    static bool Number(ReadOnlySpan<byte> digits, out int number)
    {
        number = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9') return false;
            number = number * 10 + (digit - '0');
        }
        return true;
    }

    static long Slow(ReadOnlySpan<byte> utf8) =>
        utf8.Length is > 0 and < 64
        && DateTimeOffset.TryParse(System.Text.Encoding.UTF8.GetString(utf8), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? Of(time)
            : 0;
}
