using System.Globalization;
using System.Text;

namespace AuditWatch.Sigma.Matching;

/// <summary>A text with wildcards: equality, prefix, suffix, substring, or the general case, over UTF-8.</summary>
internal sealed class GlobMatcher : ValueMatcher
{
    readonly GlobSegment[] _segments;
    readonly bool _cased;
    readonly Pattern _pattern;
    readonly Numeral? _numeral;

    public GlobMatcher(Pattern pattern, bool cased)
    {
        _pattern = pattern;
        _cased = cased;
        var segments = new List<GlobSegment>();
        var rest = pattern.Codes.AsSpan();
        while (true)
        {
            var star = rest.IndexOf(Pattern.Many);
            var segment = new GlobSegment(star < 0 ? rest : rest[..star], cased);
            // Neighbouring stars are one star: empty segments count only at the ends.
            if (!segment.IsEmpty || segments.Count == 0 || star < 0) segments.Add(segment);
            if (star < 0) break;
            rest = rest[(star + 1)..];
        }
        _segments = [.. segments];
        if (!pattern.HasWildcards && pattern.Codes.Length is > 0 and < 40 && Numeral.TryParse(Encoding.UTF8.GetBytes(pattern.Text), out var numeral)) _numeral = numeral;
    }

    /// <summary>The literal text, when there are no wildcards.</summary>
    public string? Literal => _pattern.HasWildcards ? null : _pattern.Text;

    /// <summary>Only stars: any value at all.</summary>
    public override bool MatchesObject => _segments.Length == 2 && _segments[0].IsEmpty && _segments[1].IsEmpty;

    public override bool MatchesText(ReadOnlySpan<byte> utf8, bool withheld)
    {
        if (_segments.Length == 1) return _segments[0].IsWhole(utf8);
        var start = _segments[0].MatchAt(utf8);
        if (start < 0) return false;
        var rest = utf8[start..];
        for (var i = 1; i < _segments.Length - 1; i++)
        {
            var at = _segments[i].Find(rest, out var length);
            if (at < 0) return false;
            rest = rest[(at + length)..];
        }
        return _segments[^1].IsEmpty || _segments[^1].EndsAt(rest, out _);
    }

    /// <summary>A numeral in quotes also equals the number, however it is written.</summary>
    public override bool MatchesNumber(ReadOnlySpan<byte> utf8) =>
        MatchesText(utf8, false) || (_numeral is { } mine && Numeral.TryParse(utf8, out var theirs) && mine.CompareTo(theirs) == 0);

    public override bool IsOneNumber => _numeral is not null;

    public override IReadOnlyCollection<string>? PossibleTexts => Literal is { } text && _numeral is null ? [text] : null;

    public override IReadOnlyCollection<string>? NeededTexts
    {
        get
        {
            if (_numeral is not null || _pattern.IsBytes) return null;
            var longest = "";
            var run = new StringBuilder();
            foreach (var code in _pattern.Codes.Append(Pattern.Many))
            {
                if (code >= 0)
                {
                    run.Append(new Rune(code).ToString());
                    continue;
                }
                if (run.Length > longest.Length) longest = run.ToString();
                run.Clear();
            }
            return longest.Length == 0 ? null : [longest];
        }
    }

    public override string Canonical
    {
        get
        {
            var text = new StringBuilder(_cased ? "cased(" : "text(");
            foreach (var code in _pattern.Codes)
            {
                if (code == Pattern.Many) text.Append('*');
                else if (code == Pattern.One) text.Append('?');
                else if (code < ' ' || code is '*' or '?' or '\\' or '(' or ')' || code > '~') text.Append(CultureInfo.InvariantCulture, $"\\{(_cased ? code : Utf8Fold.Fold(code)):x};");
                else text.Append((char)(_cased ? code : Utf8Fold.Fold(code)));
            }
            return text.Append(')').ToString();
        }
    }
}
