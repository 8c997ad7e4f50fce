using System.Globalization;

namespace AuditWatch.Sigma.Parsing;

/// <summary>Recursive descent over a condition: <c>or</c> binds weakest, then <c>and</c>, <c>not</c>, <c>N of</c>, parentheses.</summary>
internal sealed class ConditionParser
{
    public const int MaxDepth = 64;
    public const int MaxCharacters = 16_384;

    readonly IReadOnlyCollection<string> _names;
    readonly string _what;
    readonly List<(string Text, int Offset)> _tokens = [];
    readonly Place _start;
    readonly ProblemList _problems;
    int _at;

    ConditionParser(IReadOnlyCollection<string> names, string what, Place start, ProblemList problems) => (_names, _what, _start, _problems) = (names, what, start, problems);

    /// <summary>Null when the condition cannot be understood; the problem says why. <paramref name="what"/> is what the names name: "selection" or "rule".</summary>
    public static ConditionNode? Parse(string text, IReadOnlyCollection<string> names, Place start, ProblemList problems, string what = "selection")
    {
        var parser = new ConditionParser(names, what, start, problems);
        try
        {
            parser.Tokenize(text);
            var root = parser.Or(0);
            if (parser._at < parser._tokens.Count)
                throw parser.Wrong(parser.Peek() == ")" ? "This parenthesis was never opened." : $"'{parser.Peek()}' stands where 'and', 'or' or the end was expected.", "Join the parts with 'and' or 'or'.");
            return root;
        }
        catch (ConditionRefused refused)
        {
            problems.Error(refused.Code, start with { Column = start.Column + refused.Offset }, refused.Message, refused.Fix);
            return null;
        }
    }

    /// <summary>Whether a name is one of the grammar's own words.</summary>
    public static bool IsKeyword(string name) => Is(name, "and") || Is(name, "or") || Is(name, "not") || Is(name, "of") || Is(name, "them") || Is(name, "all") || Is(name, "any");

    void Tokenize(string text)
    {
        if (text.Length > MaxCharacters) throw new ConditionRefused(Codes.ConditionTooDeep, 0, "The condition is too long.", "Group selections by name pattern.");
        for (var i = 0; i < text.Length;)
        {
            var c = text[i];
            if (char.IsWhiteSpace(c)) { i++; continue; }
            if (c is '(' or ')') { _tokens.Add((c.ToString(), i++)); continue; }
            if (c == '|')
                throw new ConditionRefused(Codes.Aggregation, i, "Aggregations in the condition ('| count() …', '| near …') are no longer part of Sigma.", "Write a correlation document (type: event_count, value_count or temporal) that names this rule.");
            var from = i;
            while (i < text.Length && (char.IsAsciiLetterOrDigit(text[i]) || text[i] is '_' or '-' or '*')) i++;
            if (i == from) throw new ConditionRefused(Codes.ConditionSyntax, i, $"The character '{c}' cannot stand in a condition.", "Names are made of letters, digits, '_' and '-'.");
            _tokens.Add((text[from..i], from));
        }
        if (_tokens.Count == 0) throw new ConditionRefused(Codes.ConditionSyntax, 0, "The condition is empty.", $"Name a {_what}.");
    }

    ConditionNode Or(int depth)
    {
        var items = new List<ConditionNode> { And(depth) };
        while (Take("or")) items.Add(And(depth));
        return items.Count == 1 ? items[0] : new ConditionOr(items);
    }

    ConditionNode And(int depth)
    {
        var items = new List<ConditionNode> { Not(depth) };
        while (Take("and")) items.Add(Not(depth));
        return items.Count == 1 ? items[0] : new ConditionAnd(items);
    }

    ConditionNode Not(int depth)
    {
        if (depth > MaxDepth) throw new ConditionRefused(Codes.ConditionTooDeep, Offset(), $"The condition is nested more than {MaxDepth} levels deep.", "Group selections by name pattern.");
        if (!Take("not")) return Primary(depth);
        var inner = Not(depth + 1);
        return new ConditionNot(inner);
    }

    ConditionNode Primary(int depth)
    {
        if (_at >= _tokens.Count) throw Wrong("The condition ends where something was expected.", $"Name a {_what}.");
        if (Take("("))
        {
            var open = _tokens[_at - 1].Offset;
            var inner = Or(depth + 1);
            return Take(")") ? inner : throw new ConditionRefused(Codes.ConditionSyntax, open, "This parenthesis is never closed.", "Add ')'.");
        }
        var word = _tokens[_at].Text;
        var next = _at + 1 < _tokens.Count ? _tokens[_at + 1].Text : "";
        if (Is(next, "of") && !_names.Contains("of")) return Quantified(word);
        // A selection may be called like a word of the grammar; where an operand is expected, its name wins.
        if (_names.Contains(word)) { _at++; return new ConditionName(word); }
        if (word == ")" || IsKeyword(word)) throw Wrong($"'{word}' stands where a {_what} was expected.", $"Name a {_what} before it.");
        if (word.Contains('*')) throw Wrong($"The pattern '{word}' needs a number before it.", $"Write '1 of {word}' or 'all of {word}'.");
        throw new ConditionRefused(Codes.UnknownSelection, Offset(), $"There is no {_what} '{word}'.", Suggestion.For(word, _names) is { } near ? $"Did you mean '{near}'?" : $"Define it, or use one of: {string.Join(", ", _names.Order(StringComparer.Ordinal).Take(10))}.");
    }

    ConditionOf Quantified(string word)
    {
        var count = Is(word, "all") ? 0 : Is(word, "any") ? 1
            : int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0 ? n
            : throw Wrong($"'{word} of' is not understood.", "Write '1 of', '2 of' …, 'any of' or 'all of'.");
        var offset = Offset();
        _at += 2;
        if (_at >= _tokens.Count || _tokens[_at].Text is "(" or ")") throw Wrong("'of' needs a name pattern or 'them'.", "Write '1 of selection*' or '1 of them'.");
        var pattern = _tokens[_at++].Text;
        var them = Is(pattern, "them") && !_names.Contains(pattern);
        // Names that begin with '_' are set aside for use by exact name only.
        var names = _names.Where(s => (!s.StartsWith('_') && (them || Fits(pattern, s))) || s == pattern).ToArray();
        if (names.Length == 0)
            throw new ConditionRefused(Codes.SelectorMatchesNothing, offset, $"'{pattern}' matches no {_what}.", $"Names are case-sensitive: {string.Join(", ", _names.Order(StringComparer.Ordinal).Take(10))}.");
        if (count > names.Length)
            throw new ConditionRefused(Codes.CountTooHigh, offset, $"'{count} of {pattern}' can never hold: the pattern matches {names.Length}.", "Lower the number.");
        return new(count, them ? "them" : pattern, names);
    }

    static bool Fits(string pattern, string name)
    {
        int p = 0, n = 0, star = -1, from = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*') (star, from) = (p++, n);
            else if (p < pattern.Length && pattern[p] == name[n]) { p++; n++; }
            else if (star >= 0) (p, n) = (star + 1, ++from);
            else return false;
        }
        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }

    bool Take(string word)
    {
        if (_at >= _tokens.Count || !Is(_tokens[_at].Text, word)) return false;
        _at++;
        return true;
    }

    string Peek() => _tokens[_at].Text;

    int Offset() => _tokens.Count == 0 ? 0 : _at < _tokens.Count ? _tokens[_at].Offset : _tokens[^1].Offset + _tokens[^1].Text.Length;

    ConditionRefused Wrong(string message, string fix) => new(Codes.ConditionSyntax, Offset(), message, fix);

    static bool Is(string word, string keyword) => word.Equals(keyword, StringComparison.OrdinalIgnoreCase);

    sealed class ConditionRefused(string code, int offset, string message, string fix) : Exception(message)
    {
        public string Code { get; } = code;
        public int Offset { get; } = offset;
        public string Fix { get; } = fix;
    }
}
