using System.Buffers;
using System.Text;

namespace AuditWatch.Sigma.Matching;

/// <summary>
/// Reads from a regular expression texts one of which every match contains (without case): <c>/dev/(tcp|udp)/</c> needs <c>/dev/</c>. Whatever it does not
/// understand counts as saying nothing.
/// </summary>
internal ref struct RegexLiterals
{
    const int Deepest = 16, Most = 256;

    static readonly SearchValues<char> GroupBegins = SearchValues.Create(":>=!)'");

    readonly ReadOnlySpan<char> _pattern;
    int _at;
    int _depth;

    RegexLiterals(string pattern) => _pattern = pattern;

    /// <summary>Null when nothing can be said.</summary>
    public static IReadOnlyCollection<string>? Of(string pattern)
    {
        // In these, spaces mean nothing, or what stands in a group may be said elsewhere.
        if (pattern.Contains("(?x", StringComparison.Ordinal) || pattern.Contains("(?(", StringComparison.Ordinal)) return null;
        var reader = new RegexLiterals(pattern);
        var found = reader.Alternatives();
        return reader._at == pattern.Length ? found : null;
    }

    bool IsAtEnd => _at >= _pattern.Length;

    List<string>? Alternatives()
    {
        List<string>? all = [];
        while (true)
        {
            var one = Sequence();
            all = all is null || one is null || all.Count + one.Count > Most ? null : [.. all, .. one];
            if (IsAtEnd || _pattern[_at] != '|') return all;
            _at++;
        }
    }

    List<string>? Sequence()
    {
        List<string>? best = null;
        var run = new StringBuilder();
        while (!IsAtEnd && _pattern[_at] is not ('|' or ')'))
        {
            var (literal, group, isNothing) = Element();
            if (isNothing) continue;
            var (least, isOne) = Quantifier();
            if (least == 0) (literal, group) = (null, null);
            if (literal is { } c) run.Append(c);
            if (literal is not null && isOne) continue;
            best = Better(best, run);
            run.Clear();
            best = Better(best, group);
        }

        return Better(best, run);
    }

    // A literal character, what a group needs, or something without width.
    (char? Literal, List<string>? Group, bool IsNothing) Element()
    {
        var c = _pattern[_at++];
        switch (c)
        {
            case '^' or '$':
                return (null, null, true);
            case '.':
                return default;
            case '[':
                SkipClass();
                return default;
            case '(':
                return (null, Group(out var isNothing), isNothing);
            case '\\':
                return Escape();
            default:
                return (c, null, false);
        }
    }

    (char?, List<string>?, bool) Escape()
    {
        if (IsAtEnd) return default;
        var c = _pattern[_at++];
        if (c is 'b' or 'B' or 'A' or 'z' or 'Z' or 'G') return (null, null, true);
        if (!char.IsAsciiLetterOrDigit(c)) return (c, null, false);
        _at += c switch { 'x' => 2, 'u' => 4, 'c' => 1, _ => 0 };
        if (c is 'p' or 'P' or 'k' && !IsAtEnd && _pattern[_at] is '{' or '<')
            while (!IsAtEnd && _pattern[_at++] is not ('}' or '>'))
            {
            }

        _at = Math.Min(_at, _pattern.Length);
        return default;
    }

    List<string>? Group(out bool isNothing)
    {
        isNothing = false;
        var isLook = false;
        if (!IsAtEnd && _pattern[_at] == '?')
        {
            var rest = _pattern[_at..];
            isLook = rest.StartsWith("?=") || rest.StartsWith("?!") || rest.StartsWith("?<=") || rest.StartsWith("?<!");
            var end = rest.IndexOfAny(GroupBegins);
            if (end < 0) return null;
            _at += end + 1;
            if (rest[end] == ')')
            {
                // Options for the rest: (?i)
                isNothing = true;
                return null;
            }
        }

        if (++_depth > Deepest)
        {
            _at = _pattern.Length + 1;
            return null;
        }

        var inner = Alternatives();
        _depth--;
        if (!IsAtEnd && _pattern[_at] == ')') _at++;
        else _at = _pattern.Length + 1;
        isNothing = isLook;
        return isLook ? null : inner;
    }

    void SkipClass()
    {
        if (!IsAtEnd && _pattern[_at] == '^') _at++;
        if (!IsAtEnd && _pattern[_at] == ']') _at++;
        var depth = 1;
        while (!IsAtEnd && depth > 0)
        {
            var c = _pattern[_at++];
            if (c == '\\') _at = Math.Min(_at + 1, _pattern.Length);
            else if (c == '[' && _pattern[_at - 2] == '-') depth++;
            else if (c == ']') depth--;
        }
    }

    // How often at least, and whether exactly once.
    (int Least, bool IsOne) Quantifier()
    {
        if (IsAtEnd) return (1, true);
        int least;
        switch (_pattern[_at])
        {
            case '*' or '?':
                _at++;
                least = 0;
                break;
            case '+':
                _at++;
                least = 1;
                break;
            case '{' when _at + 1 < _pattern.Length && char.IsAsciiDigit(_pattern[_at + 1]) && _pattern[_at..].Contains('}'):
                least = _pattern[_at + 1] == '0' ? 0 : 1;
                _at += _pattern[_at..].IndexOf('}') + 1;
                break;
            default:
                return (1, true);
        }

        if (!IsAtEnd && _pattern[_at] is '?' or '+') _at++;
        return (least, false);
    }

    static List<string>? Better(List<string>? one, StringBuilder run) => run.Length == 0 ? one : Better(one, [run.ToString()]);

    static List<string>? Better(List<string>? one, List<string>? other) =>
        one is null ? other : other is null || one.Min(t => t.Length) >= other.Min(t => t.Length) ? one : other;
}
