using System.Globalization;
using System.Text.Json.Nodes;

namespace AuditWatch.Detection.Testing;

/// <summary>
/// Changes one value of an event by its path: dots between keys, the longest existing key first, <c>[key.with.dots]</c> to say it outright, a number for an
/// array's element, <c>?name</c> for a parameter of the URI's query. Null removes.
/// </summary>
static class EventPatch
{
    // Maps whose keys are free and full of dots: what is new there is one key.
    static readonly HashSet<string> FreeKeys = new(StringComparer.Ordinal) { "annotations", "labels", "extra", "matchLabels", "nodeSelector", "data", "stringData" };

    public static void Apply(JsonObject root, string path, JsonNode? value)
    {
        if (path.StartsWith('?')) RequestUri.SetParameter(root, path[1..], value?.ToString());
        else Set(root, path, value, "");
    }

    /// <summary>Applies several at once; the path of the URI follows <c>objectRef</c> and <c>verb</c>, unless it is set itself.</summary>
    public static void Change(JsonObject root, JsonObject with)
    {
        var (before, verb) = (root["objectRef"]?.DeepClone() as JsonObject, root["verb"]?.ToString());
        foreach (var (path, value) in with) Apply(root, path, value);
        if (!with.ContainsKey("requestURI")) RequestUri.Follow(root, before, verb);
    }

    static void Set(JsonNode node, string path, JsonNode? value, string parent)
    {
        if (node is JsonArray list)
        {
            SetElement(list, path, value);
            return;
        }

        if (node is not JsonObject map) throw new FormatException($"'{path}' goes on below a value that has nothing inside.");
        var (key, rest) = Split(map, path, parent);
        if (rest.Length == 0)
        {
            map.Remove(key);
            if (value is not null) map[key] = value.DeepClone();
            return;
        }

        if (map[key] is not (JsonObject or JsonArray))
        {
            if (value is null) return;
            map[key] = rest[0] is '0' && (rest.Length == 1 || rest[1] == '.') ? new JsonArray() : new JsonObject();
        }

        Set(map[key]!, rest, value, key);
    }

    static void SetElement(JsonArray list, string path, JsonNode? value)
    {
        var dot = path.IndexOf('.', StringComparison.Ordinal);
        var (first, rest) = dot < 0 ? (path, "") : (path[..dot], path[(dot + 1)..]);
        if (!int.TryParse(first.Trim('[', ']'), NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index > list.Count)
            throw new FormatException($"'{first}' is no element of a list of {list.Count}.");
        if (rest.Length == 0)
        {
            if (index < list.Count) list.RemoveAt(index);
            if (value is not null) list.Insert(index, value.DeepClone());
            return;
        }

        if (index == list.Count) list.Add(new JsonObject());
        Set(list[index]!, rest, value, first);
    }

    static (string Key, string Below) Split(JsonObject map, string path, string parent)
    {
        if (path[0] == '[' && path.IndexOf(']', StringComparison.Ordinal) is var close and > 0)
            return (path[1..close], path[(close + 1)..].TrimStart('.'));
        for (var end = path.Length; end > 0; end = path.LastIndexOfAny(['.', '['], end - 1))
            if (map.ContainsKey(path[..end])) return (path[..end], Below(path[end..]));
        if (FreeKeys.Contains(parent)) return (path, "");
        var cut = path.IndexOfAny(['.', '[']);
        return cut < 0 ? (path, "") : (path[..cut], Below(path[cut..]));
    }

    // ".rest" or "[0].rest" or "[key].rest"; an index is written without brackets further down.
    static string Below(string rest)
    {
        if (rest.Length == 0) return "";
        if (rest[0] == '.') return rest[1..];
        var close = rest.IndexOf(']', StringComparison.Ordinal);
        return close > 0 && rest[1..close].All(char.IsAsciiDigit) ? rest[1..close] + rest[(close + 1)..] : rest;
    }
}
