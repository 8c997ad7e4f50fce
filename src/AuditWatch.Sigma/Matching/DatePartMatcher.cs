using System.Globalization;

namespace AuditWatch.Sigma.Matching;

/// <summary>A part of a date, as written (no time zone is applied), compared with a number.</summary>
internal sealed class DatePartMatcher(string part, NumberMatcher wanted) : ValueMatcher
{
    public override bool MatchesText(ReadOnlySpan<byte> utf8, bool withheld) => TryRead(utf8, out var number) && wanted.Holds(new(number, number, true));

    public override bool MatchesNumber(ReadOnlySpan<byte> utf8) => false;

    public override bool MatchesBoolean(bool value) => false;

    public override string Canonical => part + ":" + wanted.Canonical;

    // 2026-11-25, 2026-11-25T01:24:40…, with 'T' or a space between.
    bool TryRead(ReadOnlySpan<byte> text, out int number)
    {
        number = 0;
        if (text.Length < 10 || text[4] != '-' || text[7] != '-' || !Digits(text[..4], out var year) || !Digits(text.Slice(5, 2), out var month) || !Digits(text.Slice(8, 2), out var day)) return false;
        if (year is 0 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
        switch (part)
        {
            case "year": number = year; return true;
            case "month": number = month; return true;
            case "day": number = day; return true;
            case "week": number = ISOWeek.GetWeekOfYear(new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Unspecified)); return true;
        }
        if (text.Length < 16 || text[10] is not ((byte)'T' or (byte)'t' or (byte)' ') || text[13] != ':' || !Digits(text.Slice(11, 2), out var hour) || !Digits(text.Slice(14, 2), out var minute)) return false;
        number = part == "hour" ? hour : minute;
        return hour < 24 && minute < 60;
    }

    static bool Digits(ReadOnlySpan<byte> text, out int number)
    {
        number = 0;
        foreach (var c in text)
        {
            if (c is < (byte)'0' or > (byte)'9') return false;
            number = number * 10 + (c - '0');
        }
        return true;
    }
}
