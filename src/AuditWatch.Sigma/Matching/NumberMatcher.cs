using System.Globalization;
using System.Text;

namespace AuditWatch.Sigma.Matching;

/// <summary>Numbers: equality (of a number, or of a text that is a numeral) and comparison.</summary>
internal sealed class NumberMatcher(string comparison, Numeral wanted) : ValueMatcher
{
    /// <summary>Null when the text is no number.</summary>
    public static NumberMatcher? Create(string comparison, string written) =>
        Numeral.TryParse(Encoding.UTF8.GetBytes(written), out var wanted) ? new(comparison, wanted) : null;

    public override bool MatchesText(ReadOnlySpan<byte> utf8, bool withheld) => Numeral.TryParse(utf8, out var number) && Holds(number);

    public override bool MatchesBoolean(bool value) => false;

    public bool Holds(Numeral number)
    {
        var order = number.CompareTo(wanted);
        return comparison switch { "lt" => order < 0, "lte" => order <= 0, "gt" => order > 0, "gte" => order >= 0, _ => order == 0 };
    }

    public override string Canonical => $"{comparison}({(wanted.IsExact ? wanted.Exact.ToString("G29", CultureInfo.InvariantCulture) : wanted.Near.ToString("R", CultureInfo.InvariantCulture))})";
}
