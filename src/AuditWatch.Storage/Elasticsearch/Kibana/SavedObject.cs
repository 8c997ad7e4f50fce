using System.Text.Json;
using System.Text.Json.Nodes;

namespace AuditWatch.Storage.Elasticsearch.Kibana;

/// <summary>One saved object of Kibana: a data view, a saved search or a dashboard.</summary>
/// <param name="Type">Kibana's name of its type.</param>
/// <param name="Id">Its id.</param>
/// <param name="Json">The object as a line of an export.</param>
public sealed record SavedObject(string Type, string Id, JsonObject Json)
{
    /// <summary>What a person calls it.</summary>
    public string Title => (string?)Json["attributes"]?["name"] ?? (string?)Json["attributes"]?["title"] ?? Id;

    /// <summary>The objects of an NDJSON; the line with counts that ends an export is none.</summary>
    public static IReadOnlyList<SavedObject> Read(string ndjson) =>
    [
        .. ndjson.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line => JsonNode.Parse(line)!.AsObject())
            .Where(o => o.ContainsKey("type")).Select(o => new SavedObject((string)o["type"]!, (string)o["id"]!, o)),
    ];

    /// <summary>
    /// Where <paramref name="there"/> is not what this one wants. Members that this one has not do not count: a newer Kibana adds its own, and a version
    /// number says nothing about content.
    /// </summary>
    public IReadOnlyList<string> DifferencesTo(SavedObject there)
    {
        var differences = new List<string>();
        Compare(Json["attributes"], there.Json["attributes"], "attributes", differences);
        var references = (there.Json["references"]?.AsArray() ?? []).Select(Text).ToHashSet(StringComparer.Ordinal);
        foreach (var reference in Json["references"]!.AsArray())
            if (!references.Contains(Text(reference))) differences.Add($"references.{(string?)reference!["name"]}");
        return differences;
    }

    static void Compare(JsonNode? wanted, JsonNode? there, string path, List<string> differences)
    {
        (wanted, there) = (Inside(wanted), Inside(there));
        switch (wanted, there)
        {
            case (JsonObject a, JsonObject b):
                foreach (var (name, value) in a)
                    if (b.TryGetPropertyValue(name, out var other)) Compare(value, other, $"{path}.{name}", differences);
                    else if (!IsNothing(value)) differences.Add($"{path}.{name}");
                break;
            case (JsonArray a, JsonArray b) when a.Count == b.Count:
                for (var i = 0; i < a.Count; i++) Compare(a[i], b[i], $"{path}[{i}]", differences);
                break;
            default:
                if (!JsonNode.DeepEquals(wanted, there)) differences.Add(path);
                break;
        }
    }

    // Kibana leaves out what is empty when it writes an object anew.
    static bool IsNothing(JsonNode? value) => value is null or JsonArray { Count: 0 } or JsonObject { Count: 0 } || value is JsonValue text && text.TryGetValue<string>(out var s) && s.Length == 0;

    // Much of an object is JSON in a string.
    static JsonNode? Inside(JsonNode? node)
    {
        if (node is not JsonValue value || !value.TryGetValue<string>(out var text) || text.Length == 0 || text[0] is not ('{' or '[')) return node;
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return node;
        }
    }

    static string Text(JsonNode? reference) => $"{(string?)reference!["type"]} {(string?)reference["id"]} {(string?)reference["name"]}";
}
