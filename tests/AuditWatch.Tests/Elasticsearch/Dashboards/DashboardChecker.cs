using System.Text.Json.Nodes;

namespace AuditWatch.Tests.Elasticsearch.Dashboards;

/// <summary>Reads saved objects as Kibana would and says everything that it would refuse or show broken: no Kibana runs here to say so.</summary>
internal sealed partial class DashboardChecker
{
    static readonly Dictionary<string, string> Pins = new() { ["dashboard"] = "8.9.0", ["index-pattern"] = "8.0.0", ["search"] = "8.0.0" };

    // What the first model version of a dashboard knows; 8.19 forbids the rest.
    static readonly string[] DashboardMembers =
        ["title", "description", "kibanaSavedObjectMeta", "timeRestore", "timeFrom", "timeTo", "refreshInterval", "controlGroupInput", "panelsJSON", "optionsJSON", "hits", "version"];

    readonly List<string> _faults = [];
    readonly Dictionary<string, string> _viewOfSearch = [];
    List<string> _ids = [];

    public static IReadOnlyList<string> Check(string ndjson)
    {
        var checker = new DashboardChecker();
        var objects = ShippedPanel.Objects(ndjson);
        checker._ids = [.. objects.Select(Key)];
        if (checker._ids.Distinct().Count() != checker._ids.Count) checker.Fault("the file", "holds an object twice, which Kibana refuses");
        foreach (var item in objects.OrderBy(o => (string?)o["type"] == "dashboard")) checker.CheckObject(item);
        return checker._faults;
    }

    void CheckObject(JsonObject item)
    {
        var (type, where, attributes) = ((string)item["type"]!, Key(item), item["attributes"]!.AsObject());
        if (!Pins.TryGetValue(type, out var pin))
        {
            Fault(where, "is of a type that 8.19 does not import");
            return;
        }
        if ((string?)item["coreMigrationVersion"] != "8.8.0" || (string?)item["typeMigrationVersion"] != pin) Fault(where, "is of a version that 8.19 does not import");
        if (string.IsNullOrEmpty((string?)attributes["title"])) Fault(where, "has no title");
        var names = new List<string>();
        foreach (var reference in item["references"]!.AsArray().Select(r => r!.AsObject()))
        {
            names.Add((string)reference["name"]!);
            if (!_ids.Contains(Key(reference))) Fault(where, $"refers to {Key(reference)}, which is not in the file");
        }
        if (names.Distinct().Count() != names.Count) Fault(where, "has a reference name twice");
        switch (type)
        {
            case "index-pattern": View(attributes, where); break;
            case "search": Search(item, attributes, names, where); break;
            default: Dashboard(attributes, names, item["references"]!.AsArray(), where); break;
        }
    }

    void View(JsonObject attributes, string where)
    {
        var view = where["index-pattern:".Length..];
        foreach (var member in new[] { "fieldFormatMap", "fieldAttrs" })
            if (Inner(attributes, member, where) is JsonObject fields)
                foreach (var (field, _) in fields) Field(view, field, where, isCounted: false);
    }

    void Search(JsonObject item, JsonObject attributes, List<string> names, string where)
    {
        if (Inner(attributes["kibanaSavedObjectMeta"]!.AsObject(), "searchSourceJSON", where) is not JsonObject source) return;
        if (!names.Contains((string?)source["indexRefName"] ?? "")) Fault(where, "has no data view");
        var view = _viewOfSearch[(string)item["id"]!] = (string)item["references"]![0]!["id"]!;
        Query(view, (string)source["query"]!["query"]!, where);
        foreach (var column in attributes["columns"]!.AsArray()) Field(view, (string)column!, where, isCounted: false);
        foreach (var sort in attributes["sort"]!.AsArray()) Field(view, (string)sort![0]!, where, isCounted: true);
    }

    void Dashboard(JsonObject attributes, List<string> names, JsonArray references, string where)
    {
        foreach (var (member, _) in attributes)
            if (!DashboardMembers.Contains(member)) Fault(where, $"has the attribute {member}, which 8.19 forbids");
        Inner(attributes, "optionsJSON", where);
        Inner(attributes["kibanaSavedObjectMeta"]!.AsObject(), "searchSourceJSON", where);
        var controls = attributes["controlGroupInput"]!.AsObject();
        Inner(controls, "ignoreParentSettingsJSON", where);
        if (Inner(controls, "panelsJSON", where) is JsonObject all)
            foreach (var (id, control) in all) Control(id, control!.AsObject(), references, where);
        var taken = new Dictionary<(int, int), string>();
        if (Inner(attributes, "panelsJSON", where) is not JsonArray panels) return;
        var ids = panels.Select(p => (string)p!["panelIndex"]!).ToList();
        if (ids.Distinct().Count() != ids.Count) Fault(where, "has a panel twice");
        foreach (var panel in panels) Panel(panel!.AsObject(), names, references, taken, where);
    }

    void Control(string id, JsonObject control, JsonArray references, string where)
    {
        var input = control["explicitInput"]!;
        if ((string?)input["id"] != id) Fault(where, $"has a control {id} whose input is another's");
        switch ((string)control["type"]!)
        {
            case "timeSlider":
                break;
            case "optionsListControl":
                var reference = references.FirstOrDefault(r => (string?)r!["name"] == $"controlGroup_{id}:optionsListDataView");
                if (reference is null) Fault(where, $"has a control {id} without a data view");
                else Field((string)reference["id"]!, (string)input["fieldName"]!, where, isCounted: true);
                break;
            default:
                Fault(where, $"has a control {id} of a type that is not checked");
                break;
        }
    }

    void Fault(string where, string what) => _faults.Add($"{where} {what}.");

    void Field(string view, string field, string where, bool isCounted, params string[] types)
    {
        var type = MappedFields.TypeOf(view, field);
        if (type is null) Fault(where, $"names {field}, which is not mapped in {view}");
        else if (isCounted && type is not ("keyword" or "ip" or "boolean" or "long" or "integer" or "float" or "date")) Fault(where, $"counts by {field}, which is {type}");
        else if (types.Length > 0 && !types.Contains(type)) Fault(where, $"needs {field} to be {types[0]}, but it is {type}");
    }

    void Query(string view, string text, string where)
    {
        try
        {
            foreach (var field in Kql.Parse(text).Fields) Field(view, field, where, isCounted: false);
        }
        catch (FormatException fault)
        {
            Fault(where, fault.Message);
        }
    }

    // What Kibana keeps as JSON in a string must be a string, and JSON.
    JsonNode? Inner(JsonObject owner, string member, string where)
    {
        try
        {
            if (owner[member] is JsonValue text && text.TryGetValue<string>(out var json)) return JsonNode.Parse(json);
        }
        catch (System.Text.Json.JsonException)
        {
            // Said below.
        }
        Fault(where, $"must have JSON in a string as {member}");
        return null;
    }

    static string Key(JsonObject item) => $"{(string)item["type"]!}:{(string)item["id"]!}";
}
