using System.Text.Json;
using System.Text.RegularExpressions;

namespace AuditWatch.Storage.Tests.Elasticsearch;

/// <summary>Reads Kibana's saved objects as far as a fault can hide in them without a Kibana to say so: references, columns, fields and their types.</summary>
internal sealed partial class DashboardFile
{
    static readonly Dictionary<string, string> Pins = new() { ["dashboard"] = "8.9.0", ["index-pattern"] = "8.0.0", ["search"] = "8.0.0" };
    static readonly string[] Aggregatable = ["keyword", "ip", "boolean", "long", "integer", "float", "date"];
    readonly List<string> _faults = [];
    readonly Dictionary<string, string> _fields = [];

    /// <summary>Everything that is wrong with the saved objects.</summary>
    public static IReadOnlyList<string> Check(string ndjson)
    {
        var file = new DashboardFile();
        foreach (var stream in new[] { "audit", "alert" })
        {
            using var json = JsonDocument.Parse(File.ReadAllText(InRepository($"infra/elasticsearch/component-auditwatch-{stream}-mappings.json")));
            file.Map(json.RootElement.GetProperty("template").GetProperty("mappings").GetProperty("properties"), "");
        }
        var objects = ndjson.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).Where(o => o.TryGetProperty("type", out _)).ToList();
        var ids = objects.Select(Key).ToList();
        if (ids.Distinct().Count() != ids.Count) file._faults.Add("An object is there twice.");
        foreach (var item in objects) file.CheckObject(item, ids);
        return file._faults;
    }

    public static string InRepository(string path) => Path.Combine(AuditWatch.Testing.Checkout.Root, path);

    static string Key(JsonElement item) => $"{item.GetProperty("type").GetString()}:{item.GetProperty("id").GetString()}";

    void CheckObject(JsonElement item, List<string> ids)
    {
        var (type, attributes) = (item.GetProperty("type").GetString()!, item.GetProperty("attributes"));
        if (item.GetProperty("coreMigrationVersion").GetString() != "8.8.0" || item.GetProperty("typeMigrationVersion").GetString() != Pins[type]) _faults.Add($"{Key(item)} is of a version that 8.19 does not import.");
        var references = item.GetProperty("references").EnumerateArray().ToList();
        foreach (var missing in references.Select(Key).Except(ids)) _faults.Add($"{Key(item)} refers to {missing}, which is not in the file.");
        var names = references.Select(r => r.GetProperty("name").GetString()!).ToList();
        if (names.Distinct().Count() != names.Count) _faults.Add($"{Key(item)} has a reference twice.");
        if (attributes.TryGetProperty("kibanaSavedObjectMeta", out var meta)) Query(Inner(meta, "searchSourceJSON"), Key(item));
        if (type == "search") foreach (var column in attributes.GetProperty("columns").EnumerateArray()) Field(column.GetString()!, Key(item), aggregated: false);
        if (type != "dashboard") return;
        foreach (var panel in Inner(attributes, "panelsJSON").EnumerateArray()) Panel(panel, names, Key(item));
        foreach (var control in Inner(attributes.GetProperty("controlGroupInput"), "panelsJSON").EnumerateObject())
        {
            Field(control.Value.GetProperty("explicitInput").GetProperty("fieldName").GetString()!, control.Name, aggregated: true);
            if (!names.Contains($"controlGroup_{control.Name}:optionsListDataView")) _faults.Add($"The control {control.Name} has no data view.");
        }
    }

    void Panel(JsonElement panel, List<string> names, string where)
    {
        var id = panel.GetProperty("panelIndex").GetString()!;
        where = $"{where}/{id}";
        var grid = panel.GetProperty("gridData");
        if (grid.GetProperty("i").GetString() != id || grid.GetProperty("x").GetInt32() + grid.GetProperty("w").GetInt32() > 48) _faults.Add($"{where} is not on the grid.");
        if (panel.TryGetProperty("panelRefName", out var name))
        {
            if (!names.Contains($"{id}:{name.GetString()}")) _faults.Add($"{where} shows a saved search that is not referred to.");
            return;
        }
        var lens = panel.GetProperty("embeddableConfig").GetProperty("attributes");
        foreach (var inner in lens.GetProperty("references").EnumerateArray())
            if (!names.Contains($"{id}:{inner.GetProperty("name").GetString()}")) _faults.Add($"{where} has a reference that its dashboard has not.");
        var state = lens.GetProperty("state");
        Query(state, where);
        foreach (var layer in state.GetProperty("datasourceStates").GetProperty("formBased").GetProperty("layers").EnumerateObject()) Layer(layer.Value, state.GetProperty("visualization").GetRawText(), where);
    }

    void Layer(JsonElement layer, string visualization, string where)
    {
        var columns = layer.GetProperty("columns").EnumerateObject().ToList();
        if (!columns.Select(c => c.Name).Order(StringComparer.Ordinal).SequenceEqual(layer.GetProperty("columnOrder").EnumerateArray().Select(c => c.GetString()!).Order(StringComparer.Ordinal)))
            _faults.Add($"{where} orders other columns than it has.");
        foreach (var column in columns)
        {
            if (!visualization.Contains($"\"{column.Name}\"", StringComparison.Ordinal)) _faults.Add($"{where} does not show its column {column.Name}.");
            var (operation, field) = (column.Value.GetProperty("operationType").GetString(), column.Value.GetProperty("sourceField").GetString()!);
            if (field != "___records___") Field(field, where, aggregated: true);
            if (operation == "date_histogram" && _fields.GetValueOrDefault(field) != "date") _faults.Add($"{where} makes a time line of {field}.");
            if (operation == "terms" && !columns.Any(c => c.Name == column.Value.GetProperty("params").GetProperty("orderBy").GetProperty("columnId").GetString() && !c.Value.GetProperty("isBucketed").GetBoolean()))
                _faults.Add($"{where} orders {field} by no number of its own.");
        }
    }

    // field:value and field >= value, joined by and, or, not: what the panels use.
    void Query(JsonElement owner, string where)
    {
        if (!owner.TryGetProperty("query", out var query)) return;
        foreach (Match name in KqlField().Matches(Quoted().Replace(query.GetProperty("query").GetString()!, "\"\""))) Field(name.Groups[1].Value, where, aggregated: false);
    }

    void Field(string name, string where, bool aggregated)
    {
        if (!_fields.TryGetValue(name, out var type)) _faults.Add($"{where} names {name}, which is not mapped.");
        else if (aggregated && !Aggregatable.Contains(type)) _faults.Add($"{where} counts by {name}, which is {type}.");
    }

    void Map(JsonElement properties, string prefix)
    {
        foreach (var property in properties.EnumerateObject())
            if (property.Value.TryGetProperty("properties", out var inside)) Map(inside, prefix + property.Name + ".");
            else _fields[prefix + property.Name] = property.Value.GetProperty("type").GetString()!;
    }

    static JsonElement Inner(JsonElement owner, string name) => JsonDocument.Parse(owner.GetProperty(name).GetString()!).RootElement;

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Quoted();

    [GeneratedRegex("""([@A-Za-z][\w.@/-]*)\s*(?::|>=|<=|>|<)""")]
    private static partial Regex KqlField();
}
