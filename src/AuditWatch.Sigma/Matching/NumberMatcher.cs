using System.Globalization;
using System.Text;

namespace AuditWatch.Sigma.Matching;

/// <summary>Numbers: equality (of a number, or of a text that is a numeral) and comparison.</summary>
internal sealed class NumberMatcher(string comparison, Numeral wanted) : ValueMatcher
{
    /// <summary>Null when the text is no number.</summary>
    public static NumberMatcher? Create(string comparison, string written) =>
        Numeral.TryParse(Encoding.UTF8.GetBytes(written), out var wanted) ? new(comparison, wanted) : null;

    readonly Comparison _comparison = comparison switch { "lt" => Comparison.Less, "lte" => Comparison.LessOrEqual, "gt" => Comparison.Greater, "gte" => Comparison.GreaterOrEqual, _ => Comparison.Equal };
    readonly long? _whole = wanted.IsExact && wanted.Exact == decimal.Truncate(wanted.Exact) && Math.Abs(wanted.Exact) < 1_000_000_000_000_000_000m ? (long)wanted.Exact : null;

    public override bool MatchesText(ReadOnlySpan<byte> utf8, bool withheld) =>
        _whole is { } whole && Numeral.TryWhole(utf8, out var seen) ? Holds(seen.CompareTo(whole)) : Numeral.TryParse(utf8, out var number) && Holds(number);

    public override bool MatchesBoolean(bool value) => false;

    public override bool IsOneNumber => _comparison == Comparison.Equal;

    public bool Holds(Numeral number) => Holds(number.CompareTo(wanted));

    bool Holds(int order) => _comparison switch
    {
        Comparison.Less => order < 0,
        Comparison.LessOrEqual => order <= 0,
        Comparison.Greater => order > 0,
        Comparison.GreaterOrEqual => order >= 0,
        _ => order == 0,
    };

    enum Comparison { Equal, Less, LessOrEqual, Greater, GreaterOrEqual }

    public override string Canonical => $"{comparison}({(wanted.IsExact ? wanted.Exact.ToString("G29", CultureInfo.InvariantCulture) : wanted.Near.ToString("R", CultureInfo.InvariantCulture))})";
}
