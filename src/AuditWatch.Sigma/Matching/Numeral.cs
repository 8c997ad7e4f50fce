using System.Buffers;
using System.Globalization;

namespace AuditWatch.Sigma.Matching;

/// <summary>A number, exactly where a decimal can hold it, else as a double.</summary>
internal readonly record struct Numeral(decimal Exact, double Near, bool IsExact) : IComparable<Numeral>
{
    const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    static readonly SearchValues<byte> Grammar = SearchValues.Create("0123456789.eE+-"u8);

    /// <summary>JSON's grammar of numbers, and nothing else: no spaces, no plus sign, no NaN.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out Numeral number)
    {
        number = default;
        if (TryWhole(utf8, out var whole))
        {
            number = new(whole, whole, true);
            return true;
        }
        if (utf8.Length is 0 or > 400) return false;
        var digits = utf8[0] == '-' ? utf8[1..] : utf8;
        if (digits.Length == 0 || digits[0] is < (byte)'0' or > (byte)'9' || digits[^1] is < (byte)'0' or > (byte)'9' || digits.ContainsAnyExcept(Grammar)) return false;
        if (decimal.TryParse(utf8, Style, CultureInfo.InvariantCulture, out var exact) && !LostDigits(digits, exact))
        {
            number = new(exact, (double)exact, true);
            return true;
        }
        if (!double.TryParse(utf8, Style, CultureInfo.InvariantCulture, out var near)) return false;
        number = new(0, near, false);
        return true;
    }

    public int CompareTo(Numeral other) => IsExact && other.IsExact ? Exact.CompareTo(other.Exact) : Near.CompareTo(other.Near);

    /// <summary>A whole number of at most 18 digits: what nearly all numbers are.</summary>
    public static bool TryWhole(ReadOnlySpan<byte> utf8, out long whole)
    {
        whole = 0;
        var digits = utf8.Length > 0 && utf8[0] == '-' ? utf8[1..] : utf8;
        if (digits.Length is 0 or > 18) return false;
        foreach (var c in digits)
        {
            if (c is < (byte)'0' or > (byte)'9') return false;
            whole = whole * 10 + (c - '0');
        }
        if (digits.Length < utf8.Length) whole = -whole;
        return true;
    }

    // A tiny number may be rounded to zero by decimal; then the double knows better.
    static bool LostDigits(ReadOnlySpan<byte> digits, decimal exact)
    {
        if (exact != 0) return false;
        var mantissa = digits.IndexOfAny((byte)'e', (byte)'E') is >= 0 and var e ? digits[..e] : digits;
        return mantissa.ContainsAnyInRange((byte)'1', (byte)'9');
    }
}
