using System.Text;
using System.Text.Json.Nodes;

namespace AuditWatch.Tests.Elasticsearch.Dashboards;

/// <summary>
/// The part of Kibana's query language that our dashboards may use, read whole or refused: field:value, field:(a or b), field:*, wildcards, ranges, and, or, not,
/// parentheses. <see cref="Query"/> is what Kibana would send for it.
/// </summary>
internal sealed class Kql
{
    readonly string _text;
    int _at;

    Kql(string text) => _text = text;

    /// <summary>The fields that it names.</summary>
    public List<string> Fields { get; } = [];

    /// <summary>The query for Elasticsearch.</summary>
    public JsonObject Query { get; private set; } = [];

    /// <exception cref="FormatException">It is not of that part.</exception>
    public static Kql Parse(string text)
    {
        var kql = new Kql(text);
        kql.Query = string.IsNullOrWhiteSpace(text) ? Of("match_all", new JsonObject()) : kql.Or();
        kql.Skip();
        return kql._at == text.Length || string.IsNullOrWhiteSpace(text) ? kql : throw kql.Fault("what follows");
    }

    JsonObject Or() => Joined(And, "or", parts => Of("bool", new JsonObject { ["should"] = parts, ["minimum_should_match"] = 1 }));

    JsonObject And() => Joined(Not, "and", parts => Of("bool", new JsonObject { ["filter"] = parts }));

    JsonObject Joined(Func<JsonObject> part, string word, Func<JsonArray, JsonObject> join)
    {
        var first = part();
        if (!Word(word)) return first;
        var parts = new JsonArray(first);
        do parts.Add(part());
        while (Word(word));
        return join(parts);
    }

    JsonObject Not()
    {
        if (Word("not")) return Of("bool", new JsonObject { ["must_not"] = new JsonArray(Not()) });
        if (!Sign('(')) return Comparison();
        var inside = Or();
        return Sign(')') ? inside : throw Fault("a parenthesis that is not closed");
    }

    JsonObject Comparison()
    {
        var (field, isQuoted, _) = Literal();
        if (isQuoted) throw Fault("a value without a field");
        Fields.Add(field);
        foreach (var (sign, name) in new[] { (">=", "gte"), ("<=", "lte"), (">", "gt"), ("<", "lt") })
        {
            Skip();
            if (!_text.AsSpan(_at).StartsWith(sign, StringComparison.Ordinal)) continue;
            _at += sign.Length;
            return Of("range", Of(field, new JsonObject { [name] = Literal().Text }));
        }
        if (!Sign(':')) throw Fault("a word without a colon");
        if (!Sign('(')) return Is(field);
        var any = Joined(() => Is(field), "or", parts => Of("bool", new JsonObject { ["should"] = parts, ["minimum_should_match"] = 1 }));
        return Sign(')') ? any : throw Fault("a list of values");
    }

    JsonObject Is(string field)
    {
        var (text, isQuoted, isWildcard) = Literal();
        if (isQuoted) return Of("match_phrase", Of(field, text));
        if (text == "*" && isWildcard) return Of("exists", new JsonObject { ["field"] = field });
        return isWildcard ? Of("wildcard", Of(field, new JsonObject { ["value"] = text })) : Of("match", Of(field, text));
    }

    (string Text, bool IsQuoted, bool IsWildcard) Literal()
    {
        Skip();
        var text = new StringBuilder();
        if (_at < _text.Length && _text[_at] == '"')
        {
            for (_at++; _at < _text.Length && _text[_at] != '"'; _at++)
            {
                if (_text[_at] == '\\' && _at + 1 < _text.Length) _at++;
                text.Append(_text[_at]);
            }
            return _at++ < _text.Length ? (text.ToString(), true, false) : throw Fault("a quotation mark that is not closed");
        }
        var isWildcard = false;
        for (; _at < _text.Length && !char.IsWhiteSpace(_text[_at]) && !"():<>\"{}".Contains(_text[_at], StringComparison.Ordinal); _at++)
        {
            if (_text[_at] == '\\' && _at + 1 < _text.Length) _at++;
            else if (_text[_at] == '*') isWildcard = true;
            text.Append(_text[_at]);
        }
        return text.Length > 0 && text.ToString() is not ("and" or "or" or "not") ? (text.ToString(), false, isWildcard) : throw Fault("nothing where a field or value belongs");
    }

    bool Sign(char sign)
    {
        Skip();
        if (_at >= _text.Length || _text[_at] != sign) return false;
        _at++;
        return true;
    }

    bool Word(string word)
    {
        Skip();
        var end = _at + word.Length;
        if (end >= _text.Length || !_text.AsSpan(_at).StartsWith(word, StringComparison.OrdinalIgnoreCase) || !(char.IsWhiteSpace(_text[end]) || _text[end] == '(')) return false;
        _at = end;
        return true;
    }

    void Skip()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at])) _at++;
    }

    FormatException Fault(string what) => new($"Not of the KQL that dashboards may use, at {_at}: {what}: {_text}");

    static JsonObject Of(string name, JsonNode inside) => new() { [name] = inside };
}
