using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Sigma.Tests.Truths;

/// <summary>A second, slow and simple understanding of the language, over .NET strings and JSON nodes, that shares no code with the first.</summary>
internal static class NaiveRule
{
    public static Verdict Ask(Rule rule, JsonObject json, IReadOnlyDictionary<string, UnknownReason> unknown) => Ask(rule.Condition, rule, new(json, unknown));

    static Verdict Ask(Formula formula, Rule rule, Scope scope) => formula switch
    {
        Named n => Ask(rule.Selections[n.Name], scope),
        Negated n => Not(Ask(n.Item, rule, scope)),
        Both b => And([Ask(b.Left, rule, scope), Ask(b.Right, rule, scope)]),
        Either e => Or([Ask(e.Left, rule, scope), Ask(e.Right, rule, scope)]),
        AtLeast a => Count(a.Number == 0 ? rule.Selections.Count : a.Number, [.. rule.Selections.Values.Select(s => Ask(s, scope))]),
        _ => throw new InvalidOperationException(),
    };

    static Verdict Ask(List<List<Item>> alternatives, Scope scope) => Or([.. alternatives.Select(a => And([.. a.Select(i => Ask(i, scope))]))]);

    static Verdict Ask(Item item, Scope scope)
    {
        if (item.Block is { } block) return AskBlock(item, block, scope);
        if (scope.Unknown.TryGetValue(item.Field, out var why)) return Verdict.Unknown(why);
        var present = item.Field == "." ? (scope.Json is not null, scope.Json) : (((JsonObject?)(scope.Json as JsonObject))?.ContainsKey(item.Field) ?? false, (scope.Json as JsonObject)?[item.Field]);
        bool holds;
        if (item.Modifiers.Contains("exists")) holds = (bool)item.Values[0]! == present.Item1;
        else if (item.Values is [null]) holds = !present.Item1 || Members(present.Item2).Any(m => m is null);
        else
        {
            var members = present.Item1 ? Members(present.Item2).ToList() : [];
            bool One(object? value) => members.Any(m => m is not null && Equal(m, value, item.Modifiers));
            holds = item.Modifiers.Contains("all") ? item.Values.All(One) : item.Values.Any(One);
        }
        return item.Modifiers.Contains("neq") == holds ? Verdict.False : Verdict.True;
    }

    static Verdict AskBlock(Item item, List<Item> block, Scope scope)
    {
        if (scope.Unknown.TryGetValue(item.Field, out var why)) return Verdict.Unknown(why);
        var found = (scope.Json as JsonObject)?[item.Field];
        var elements = (found as JsonArray)?.Select(e => And([.. block.Select(i => Ask(i, new(e, new Dictionary<string, UnknownReason>(), IsElement: true)))])).ToArray();
        return item.Quantifier switch
        {
            "any" => Or(elements ?? []),
            "none" => Not(Or(elements ?? [])),
            "all" => elements is { Length: > 0 } ? And(elements) : Verdict.False,
            "all_or_empty" => found is null ? Verdict.True : elements is null ? Verdict.False : And(elements),
            var index => elements is not null && int.Parse(index, CultureInfo.InvariantCulture) is var i && (i < 0 ? elements.Length + i : i) is var at && at >= 0 && at < elements.Length ? elements[at] : Verdict.False,
        };
    }

    static IEnumerable<JsonNode?> Members(JsonNode? node) => node is JsonArray array ? array.SelectMany(Members) : [node];

    static bool Equal(JsonNode node, object? value, List<string> modifiers)
    {
        if (node is JsonObject) return !modifiers.Contains("re") && value is string stars && stars.Trim('*').Length == 0 && (stars.Length > 0 || modifiers.Any(m => m is "contains" or "startswith" or "endswith"));
        var kind = node.GetValueKind();
        var text = kind == System.Text.Json.JsonValueKind.String ? node.GetValue<string>() : node.ToJsonString();
        var isNumber = kind == System.Text.Json.JsonValueKind.Number;
        if (modifiers.FirstOrDefault(m => m is "lt" or "lte" or "gt" or "gte") is { } comparison)
        {
            if (kind is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False || Number(text) is not { } seen) return false;
            var wanted = Convert.ToDouble(value, CultureInfo.InvariantCulture);
            return comparison switch { "lt" => seen < wanted, "lte" => seen <= wanted, "gt" => seen > wanted, _ => seen >= wanted };
        }
        if (modifiers.Contains("re")) return Regex.IsMatch(text, (string)value!, (modifiers.Contains("i") ? RegexOptions.IgnoreCase : RegexOptions.None) | RegexOptions.CultureInvariant);
        var transformed = modifiers.Any(m => m is "contains" or "startswith" or "endswith");
        if (value is bool flag) return kind is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False ? node.GetValue<bool>() == flag : !isNumber && text.Equals(flag ? "true" : "false", StringComparison.OrdinalIgnoreCase);
        if (value is int number && !transformed) return kind is not (System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False) && Number(text) == number;
        var pattern = value is string s ? s : Convert.ToString(value, CultureInfo.InvariantCulture)!;
        if (value is string && !transformed && isNumber && Number(pattern) is { } numeral && numeral == Number(text)) return true;
        var regex = new StringBuilder(modifiers.Any(m => m is "contains" or "endswith") ? "(?s).*" : "(?s)");
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\' && i + 1 < pattern.Length && pattern[i + 1] is '*' or '?' or '\\') regex.Append(Regex.Escape(pattern[++i].ToString()));
            else regex.Append(pattern[i] switch { '*' => ".*", '?' => "(?:[\ud800-\udbff][\udc00-\udfff]|.)", var c => Regex.Escape(c.ToString()) });
        }
        if (modifiers.Any(m => m is "contains" or "startswith")) regex.Append(".*");
        return Regex.IsMatch(text, $@"\A(?:{regex})\z", (modifiers.Contains("cased") ? RegexOptions.None : RegexOptions.IgnoreCase) | RegexOptions.CultureInvariant);
    }

    static double? Number(string text) => Regex.IsMatch(text, @"\A-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?\z") ? double.Parse(text, CultureInfo.InvariantCulture) : null;

    static Verdict Not(Verdict v) => v.Truth switch { Truth.True => Verdict.False, Truth.False => Verdict.True, _ => v };

    static Verdict And(Verdict[] all) => Count(all.Length, all);

    static Verdict Or(Verdict[] all) => Count(1, all);

    static Verdict Count(int least, Verdict[] all)
    {
        var yes = all.Count(v => v.Truth == Truth.True);
        var open = all.Where(v => v.Truth == Truth.Unknown).ToArray();
        if (yes >= least) return Verdict.True;
        return yes + open.Length < least ? Verdict.False : Verdict.Unknown(open.Aggregate(UnknownReason.None, (a, v) => a | v.Why));
    }

    sealed record Scope(JsonNode? Json, IReadOnlyDictionary<string, UnknownReason> Unknown, bool IsElement = false);
}

internal abstract record Formula;

internal sealed record Named(string Name) : Formula;

internal sealed record Negated(Formula Item) : Formula;

internal sealed record Both(Formula Left, Formula Right) : Formula;

internal sealed record Either(Formula Left, Formula Right) : Formula;

internal sealed record AtLeast(int Number) : Formula;

/// <summary>One item; with a block, an array block.</summary>
internal sealed record Item(string Field, List<string> Modifiers, List<object?> Values, string Quantifier = "", List<Item>? Block = null);

internal sealed record Rule(Dictionary<string, List<List<Item>>> Selections, Formula Condition);
