using System.Text.Json.Nodes;

namespace AuditWatch.Tests.Elasticsearch.Dashboards;

// Panels: their place, their references, their columns, and what is drawn of them.
internal sealed partial class DashboardChecker
{
    static readonly string[] Many = ["accessors", "metrics", "primaryGroups"];
    static readonly string[] One = ["xAccessor", "splitAccessor", "metricAccessor", "columnId"];

    void Panel(JsonObject panel, List<string> names, JsonArray references, Dictionary<(int, int), string> taken, string where)
    {
        var id = (string)panel["panelIndex"]!;
        where = $"{where}/{id}";
        Place(panel["gridData"]!.AsObject(), id, taken, where);
        if (panel["panelRefName"] is { } name)
        {
            if (!names.Contains($"{id}:{(string)name!}")) Fault(where, "shows a saved search that is not referred to");
            return;
        }
        var embedded = panel["embeddableConfig"]!.AsObject();
        foreach (var click in embedded["enhancements"]!["dynamicActions"]?["events"]?.AsArray() ?? [])
            if (!names.Contains($"{id}:drilldown:{(string)click!["action"]!["factoryId"]!}:{(string)click["eventId"]!}:dashboardId")) Fault(where, "leads to a dashboard that is not referred to");
        if (embedded["attributes"] is not JsonObject lens || (string?)panel["type"] != "lens")
        {
            Fault(where, "is neither a saved search nor a Lens panel");
            return;
        }
        foreach (var inner in lens["references"]!.AsArray())
            if (!references.Any(r => (string?)r!["name"] == $"{id}:{(string)inner!["name"]!}" && (string?)r["id"] == (string?)inner["id"])) Fault(where, "has a reference that its dashboard has not");
        var state = lens["state"]!.AsObject();
        if (state["datasourceStates"]!["textBased"]!["layers"]!.AsObject().Count > 0) Fault(where, "asks in ES|QL");
        var shown = new List<string>();
        var drawn = new List<string>();
        Collect(state["visualization"], shown, drawn);
        var layers = state["datasourceStates"]!["formBased"]!["layers"]!.AsObject();
        if (drawn.Count == 0 || drawn.Except(layers.Select(l => l.Key)).Any()) Fault(where, "draws a layer that it has not");
        foreach (var (layerId, layer) in layers)
        {
            var reference = lens["references"]!.AsArray().FirstOrDefault(r => (string?)r!["name"] == $"indexpattern-datasource-layer-{layerId}");
            if (reference is null) Fault(where, $"has no data view for {layerId}");
            else Layer((string)reference["id"]!, layer!.AsObject(), shown, where);
        }
        Query((string)lens["references"]![0]!["id"]!, (string)state["query"]!["query"]!, where);
    }

    void Place(JsonObject grid, string id, Dictionary<(int, int), string> taken, string where)
    {
        var (x, y, w, h) = ((int)grid["x"]!, (int)grid["y"]!, (int)grid["w"]!, (int)grid["h"]!);
        if ((string?)grid["i"] != id || x < 0 || w < 1 || h < 1 || x + w > 48) Fault(where, "is not on the grid");
        for (var column = x; column < x + w; column++)
            for (var row = y; row < y + h; row++)
                if (!taken.TryAdd((column, row), id))
                {
                    Fault(where, $"lies over {taken[(column, row)]}");
                    return;
                }
    }

    void Layer(string view, JsonObject layer, List<string> shown, string where)
    {
        var columns = layer["columns"]!.AsObject();
        if (!columns.Select(c => c.Key).Order(StringComparer.Ordinal).SequenceEqual(layer["columnOrder"]!.AsArray().Select(c => (string)c!).Order(StringComparer.Ordinal))) Fault(where, "orders other columns than it has");
        foreach (var missing in shown.Where(s => !columns.ContainsKey(s))) Fault(where, $"draws the column {missing}, which it has not");
        foreach (var (id, node) in columns)
        {
            if (!shown.Contains(id)) Fault(where, $"does not draw its column {id}");
            Column(view, node!.AsObject(), columns, where);
        }
    }

    void Column(string view, JsonObject column, JsonObject columns, string where)
    {
        var (operation, field) = ((string)column["operationType"]!, (string?)column["sourceField"] ?? "");
        if ((bool)column["isBucketed"]! != operation is "terms" or "date_histogram" or "filters") Fault(where, $"takes {operation} for what it is not");
        switch (operation)
        {
            case "count":
                if (field != "___records___") Fault(where, $"counts {field} and not records");
                break;
            case "terms":
                Field(view, field, where, isCounted: true);
                if (columns[(string)column["params"]!["orderBy"]!["columnId"]!] is not JsonObject by || (bool)by["isBucketed"]! || (string)by["operationType"]! == "last_value") Fault(where, $"orders {field} by no number of its own");
                break;
            case "date_histogram":
                Field(view, field, where, isCounted: true, "date");
                break;
            case "filters":
                foreach (var question in column["params"]!["filters"]!.AsArray()) Query(view, (string)question!["input"]!["query"]!, where);
                break;
            case "unique_count":
                Field(view, field, where, isCounted: true);
                break;
            case "last_value":
                Field(view, field, where, isCounted: true, "date");
                if ((string?)column["params"]!["sortField"] != field) Fault(where, $"takes {field} from elsewhere than its newest document");
                break;
            case "max":
                Field(view, field, where, isCounted: true, "long", "integer", "float");
                break;
            case "sum" or "average" or "percentile":
                Field(view, field, where, isCounted: true, "long", "integer", "float");
                break;
            default:
                Fault(where, $"uses {operation}, which is not among what dashboards may use");
                break;
        }
    }

    static void Collect(JsonNode? node, List<string> shown, List<string> layers)
    {
        switch (node)
        {
            case JsonArray items:
                foreach (var item in items) Collect(item, shown, layers);
                break;
            case JsonObject members:
                foreach (var (name, value) in members)
                    if (name == "layerId") layers.Add((string)value!);
                    else if (Many.Contains(name) && value is JsonArray many) shown.AddRange(many.Select(m => (string)m!));
                    else if (name == "sorting") continue;
                    else if (One.Contains(name)) shown.Add((string)value!);
                    else Collect(value, shown, layers);
                break;
        }
    }
}
