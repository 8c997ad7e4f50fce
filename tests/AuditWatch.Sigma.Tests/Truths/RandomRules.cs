using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Sigma.Tests.Truths;

/// <summary>Rules and events over few fields and few values, so that they meet often.</summary>
internal sealed class RandomRules(int seed)
{
    static readonly string[] Fields = ["a", "b", "c", "d"];
    static readonly object?[] Texts = ["get", "GET", "list", "g*", "?et", "*", "", @"\*", "getlist", "tür", "TÜR", "5", "5.0", "true", "x😀", "x?", @"a\\b", "*st", "l*s*t", "LIST"];
    static readonly object?[] Scalars = ["get", "Get", "list", "", "*", "getlist", "tür", "x😀", @"a\b", "5", "true", 5, 6, -1, 5.0, true, false, null];
    static readonly string[] Patterns = ["^g", "t$", "e.", "^$", "[0-9]", "LIST", "x|l"];

    readonly Random _random = new(seed);

    T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    public Rule Rule()
    {
        var selections = new Dictionary<string, List<List<Item>>>();
        for (var i = _random.Next(1, 4); i > 0; i--)
            selections["s" + i] = [.. Enumerable.Range(0, _random.Next(1, 3)).Select(_ => Items(3, blocks: true))];
        return new(selections, Formula([.. selections.Keys], 3));
    }

    Formula Formula(string[] names, int depth) => _random.Next(depth > 0 ? 6 : 1) switch
    {
        1 => new Negated(Formula(names, depth - 1)),
        2 => new Both(Formula(names, depth - 1), Formula(names, depth - 1)),
        3 => new Either(Formula(names, depth - 1), Formula(names, depth - 1)),
        4 => new AtLeast(_random.Next(0, names.Length + 1)),
        _ => new Named(Pick(names)),
    };

    List<Item> Items(int most, bool blocks, bool element = false) => [.. Enumerable.Range(0, _random.Next(1, most + 1)).Select(_ => Item(blocks, element)).DistinctBy(Key)];

    Item Item(bool blocks, bool element)
    {
        var field = element && _random.Next(3) == 0 ? "." : Pick(Fields);
        if (blocks && _random.Next(4) == 0) return new(field, [], [], Pick(["any", "all", "all_or_empty", "none", "0", "-1"]), Items(2, blocks: false, element: true));
        var kind = _random.Next(10);
        if (kind == 0) return new(field, ["exists"], [_random.Next(2) == 0]);
        if (kind == 1) return new(field, Maybe("neq"), [null]);
        if (kind == 2) return new(field, [Pick(["lt", "lte", "gt", "gte"]), .. Maybe("neq")], [_random.Next(-2, 8)]);
        if (kind == 3) return new(field, ["re", .. Maybe("i"), .. Maybe("neq")], [Pick(Patterns)]);
        List<object?> values = [.. Enumerable.Range(0, _random.Next(1, 6)).Select(_ => _random.Next(6) == 0 ? Pick<object?>([5, 6, -1]) : Pick(Texts))];
        List<string> modifiers = [.. _random.Next(2) == 0 ? [Pick(["contains", "startswith", "endswith"])] : Array.Empty<string>(), .. Maybe("cased"), .. Maybe("all"), .. Maybe("neq")];
        if (modifiers.Count == 0 && _random.Next(5) == 0) values.Add(true);
        return new(field, modifiers, values);
    }

    List<string> Maybe(string modifier) => _random.Next(4) == 0 ? [modifier] : [];

    public JsonObject Event()
    {
        var json = new JsonObject();
        foreach (var field in Fields)
            if (_random.Next(5) > 0) json[field] = Value(2);
        return json;
    }

    JsonNode? Value(int depth) => _random.Next(depth > 0 ? 6 : 3) switch
    {
        3 => new JsonArray([.. Enumerable.Range(0, _random.Next(3)).Select(_ => Value(depth - 1))]),
        4 => new JsonObject(Fields.Where(_ => _random.Next(2) == 0).Select(f => KeyValuePair.Create(f, Value(depth - 1)))),
        _ => JsonSerializer.SerializeToNode(Pick(Scalars)),
    };

    public Dictionary<string, UnknownReason> Unknown() =>
        Fields.Where(_ => _random.Next(5) == 0).ToDictionary(f => f, _ => Pick([UnknownReason.LevelTooLow, UnknownReason.Truncated, UnknownReason.PatchFragment]));

    public static string ToYaml(Rule rule, string? condition = null)
    {
        var text = new StringBuilder();
        foreach (var (name, alternatives) in rule.Selections)
        {
            text.Append(name).Append(":\n");
            foreach (var items in alternatives) text.Append("  - ").Append(Map(items)).Append('\n');
        }
        return text.Append("condition: ").Append(condition ?? ToText(rule.Condition)).ToString();
    }

    static string Map(List<Item> items) => "{" + string.Join(", ", items.Select(i => $"{JsonSerializer.Serialize(Key(i))}: {(i.Block is not null ? Map(i.Block) : List(i.Values))}")) + "}";

    static string Key(Item item) => item.Block is not null ? $"{item.Field}[{item.Quantifier}]" : string.Join("|", [item.Field, .. item.Modifiers]);

    static string List(List<object?> values) => values.Count == 1 ? Scalar(values[0]) : "[" + string.Join(", ", values.Select(Scalar)) + "]";

    static string Scalar(object? value) => value switch { null => "null", bool b => b ? "true" : "false", string s => "'" + s.Replace("'", "''", StringComparison.Ordinal) + "'", _ => Convert.ToString(value, CultureInfo.InvariantCulture)! };

    public static string ToText(Formula formula) => formula switch
    {
        Named n => n.Name,
        Negated n => $"not ({ToText(n.Item)})",
        Both b => $"({ToText(b.Left)}) and ({ToText(b.Right)})",
        Either e => $"({ToText(e.Left)}) or ({ToText(e.Right)})",
        AtLeast { Number: 0 } => "all of them",
        AtLeast a => $"{a.Number} of them",
        _ => "",
    };
}
