namespace AuditWatch.Events.Model;

/// <summary>Reads RFC 3339 times with up to nine fraction digits (what lies beyond microseconds is cut off) straight from UTF-8.</summary>
static class Rfc3339
{
    /// <summary>Microseconds since 1970, or false when the text is no such time.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out long micros)
    {
        micros = 0;
        if (text.Length < 20 || text[4] != '-' || text[7] != '-' || (text[10] | 0x20) != 't' || text[13] != ':' || text[16] != ':') return false;
        if (!Number(text[..4], out var year) || !Number(text[5..7], out var month) || !Number(text[8..10], out var day)
            || !Number(text[11..13], out var hour) || !Number(text[14..16], out var minute) || !Number(text[17..19], out var second)) return false;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 60) return false;

        var rest = text[19..];
        var fraction = 0;
        if (rest[0] == '.')
        {
            var digits = 0;
            for (rest = rest[1..]; rest.Length > 0 && rest[0] is >= (byte)'0' and <= (byte)'9'; rest = rest[1..])
                if (digits++ < 6) fraction = fraction * 10 + (rest[0] - '0');
            if (digits is 0 or > 9) return false;
            for (; digits < 6; digits++) fraction *= 10;
        }

        if (!TryZone(rest, out var offsetMinutes)) return false;
        var days = new DateOnly(year, month, day).DayNumber - new DateOnly(1970, 1, 1).DayNumber;
        micros = (((days * 24L + hour) * 60 + minute - offsetMinutes) * 60 + second) * 1_000_000 + fraction;
        return true;
    }

    static bool TryZone(ReadOnlySpan<byte> zone, out int minutes)
    {
        minutes = 0;
        if (zone.Length == 1) return (zone[0] | 0x20) == 'z';
        if (zone.Length != 6 || zone[0] is not ((byte)'+' or (byte)'-') || zone[3] != ':') return false;
        if (!Number(zone[1..3], out var hours) || !Number(zone[4..6], out var rest) || hours > 23 || rest > 59) return false;
        minutes = (hours * 60 + rest) * (zone[0] == '-' ? -1 : 1);
        return true;
    }

    static bool Number(ReadOnlySpan<byte> digits, out int value)
    {
        value = 0;
        foreach (var c in digits)
        {
            if (c is < (byte)'0' or > (byte)'9') return false;
            value = value * 10 + (c - '0');
        }

        return true;
    }
}
