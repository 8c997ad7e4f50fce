using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace AuditWatch.Sigma.Matching;

/// <summary>A regular expression, searched unanchored, in linear time whatever rule and event say.</summary>
internal sealed class RegexMatcher(Regex regex) : ValueMatcher
{
    const char Unknown = '\uFFFF';

    // Made again when first asked: most never are, and each keeps tables of a megabyte from having been made.
    readonly string _pattern = regex.ToString();
    readonly RegexOptions _options = regex.Options;
    Regex? _regex;

    readonly FixedShape? _shape = (regex.Options & (RegexOptions.IgnoreCase | RegexOptions.Multiline)) == 0 ? FixedShape.Of(regex.ToString()) : null;

    readonly Letters? _letters = Letters.Of(NeededTextsOf(regex.ToString(), regex.Options));

    public override bool MatchesText(ReadOnlySpan<byte> utf8, bool withheld)
    {
        if (!withheld && _shape is not null && _shape.Holds(utf8)) return true;
        if (!withheld && _letters is { } letters && Letters.TryRead(utf8, out var found) && !letters.Admits(0, found)) return false;
        char[]? rented = null;
        var buffer = utf8.Length <= 512 ? stackalloc char[512] : (rented = ArrayPool<char>.Shared.Rent(utf8.Length));
        try
        {
            var cut = withheld ? utf8.IndexOf(Withheld) : -1;
            if (cut < 0) return Regex.IsMatch(buffer[..Encoding.UTF8.GetChars(utf8, buffer)]);
            var head = Encoding.UTF8.GetChars(utf8[..cut], buffer);
            buffer[head] = Unknown;
            var text = buffer[..(head + 1 + Encoding.UTF8.GetChars(utf8[(cut + 1)..], buffer[(head + 1)..]))];
            // Only a match that neither takes the unknown character nor looks at it (\b, $) from beside it counts.
            foreach (var match in Regex.EnumerateMatches(text))
                if (match.Index + match.Length < head || match.Index > head + 1) return true;
            return false;
        }
        finally
        {
            if (rented is not null) ArrayPool<char>.Shared.Return(rented);
        }
    }

    public override IReadOnlyCollection<string>? NeededTexts => NeededTextsOf(_pattern, _options);

    public override string Canonical => $"re({(int)_options}:{_pattern})";

    Regex Regex => _regex ??= new Regex(_pattern, _options);

    static IReadOnlyCollection<string>? NeededTextsOf(string pattern, RegexOptions options) => (options & RegexOptions.IgnorePatternWhitespace) == 0 ? RegexLiterals.Of(pattern) : null;
}
