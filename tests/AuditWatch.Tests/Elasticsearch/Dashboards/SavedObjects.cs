using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AuditWatch.Tests.Elasticsearch.Dashboards;

/// <summary>
/// The catalog as the NDJSON that Kibana imports. Pinned to the oldest shapes that 8.19 knows: a newer pin would be refused there, and a newer Kibana migrates
/// what it reads. Members whose name ends in JSON are JSON in a string.
/// </summary>
internal static class SavedObjects
{
    static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(IReadOnlyList<DataView> views, IReadOnlyList<SavedSearch> searches, IReadOnlyList<Board> boards)
    {
        List<JsonObject> all = [.. views.Select(View), .. searches.Select(Search), .. boards.Select(Dashboard)];
        var end = new JsonObject { ["excludedObjects"] = new JsonArray(), ["excludedObjectsCount"] = 0, ["exportedCount"] = all.Count, ["missingRefCount"] = 0, ["missingReferences"] = new JsonArray() };
        return string.Concat(all.Append(end).Select(o => Text(o) + "\n"));
    }

    static JsonObject View(DataView view)
    {
        var formats = new JsonObject();
        foreach (var (field, link) in view.Links)
            formats[field] = new JsonObject { ["id"] = "url", ["params"] = new JsonObject { ["urlTemplate"] = link, ["labelTemplate"] = "{{value}}", ["openLinkInCurrentTab"] = false } };
        foreach (var field in view.Durations)
            formats[field] = new JsonObject { ["id"] = "duration", ["params"] = new JsonObject { ["inputFormat"] = "nanoseconds", ["outputFormat"] = "humanizePrecise", ["outputPrecision"] = 1, ["useShortSuffix"] = true } };
        foreach (var field in view.Codes) formats[field] = new JsonObject { ["id"] = "number", ["params"] = new JsonObject { ["pattern"] = "0" } };
        var labels = new JsonObject();
        foreach (var (field, label) in view.Labels) labels[field] = new JsonObject { ["customLabel"] = label };
        var attributes = new JsonObject { ["title"] = view.Pattern, ["name"] = view.Name };
        if (view.TimeField is { } time) attributes["timeFieldName"] = time;
        attributes["allowNoIndex"] = true;
        attributes["fieldFormatMap"] = Text(formats);
        attributes["fieldAttrs"] = Text(labels);
        attributes["runtimeFieldMap"] = "{}";
        attributes["sourceFilters"] = "[]";
        attributes["fields"] = "[]";
        return Object("index-pattern", view.Id, "8.0.0", attributes, []);
    }

    static JsonObject Search(SavedSearch search) => Object("search", search.Id, "8.0.0", new JsonObject
    {
        ["title"] = "[AuditWatch] " + search.Title, ["description"] = "", ["columns"] = new JsonArray([.. search.Columns.Select(c => JsonValue.Create(c))]),
        ["sort"] = new JsonArray(new JsonArray("@timestamp", "desc")), ["grid"] = new JsonObject(), ["hideChart"] = false,
        ["kibanaSavedObjectMeta"] = new JsonObject
        {
            ["searchSourceJSON"] = Text(new JsonObject
            {
                ["query"] = new JsonObject { ["language"] = "kuery", ["query"] = search.Where }, ["filter"] = new JsonArray(), ["indexRefName"] = "kibanaSavedObjectMeta.searchSourceJSON.index",
            }),
        },
    }, [Reference("index-pattern", search.View, "kibanaSavedObjectMeta.searchSourceJSON.index")]);

    static JsonObject Dashboard(Board board)
    {
        var panels = new JsonArray();
        var references = new List<JsonObject>();
        var y = 0;
        foreach (var row in board.Rows)
        {
            var x = 0;
            foreach (var cell in row.Cells)
            {
                var height = row.Height / cell.Panels.Length;
                for (var i = 0; i < cell.Panels.Length; i++)
                    panels.Add(Embedded(cell.Panels[i], board, new JsonObject { ["x"] = x, ["y"] = y + i * height, ["w"] = cell.Width, ["h"] = height, ["i"] = cell.Panels[i].Id }, references));
                x += cell.Width;
            }
            y += row.Height;
        }
        return Object("dashboard", board.Id, "8.9.0", new JsonObject
        {
            ["title"] = "[AuditWatch] " + board.Title, ["description"] = board.Purpose, ["version"] = 1, ["timeRestore"] = true, ["timeFrom"] = "now-24h", ["timeTo"] = "now",
            ["refreshInterval"] = new JsonObject { ["pause"] = true, ["value"] = 60000 },
            ["kibanaSavedObjectMeta"] = new JsonObject { ["searchSourceJSON"] = Text(new JsonObject { ["query"] = new JsonObject { ["language"] = "kuery", ["query"] = "" }, ["filter"] = new JsonArray() }) },
            ["optionsJSON"] = Text(new JsonObject { ["useMargins"] = true, ["syncColors"] = false, ["syncCursor"] = true, ["syncTooltips"] = false, ["hidePanelTitles"] = false }),
            ["panelsJSON"] = Text(panels),
            ["controlGroupInput"] = DashboardControls.Write(board, references),
        }, references);
    }

    static JsonObject Embedded(Panel panel, Board board, JsonObject grid, List<JsonObject> references)
    {
        var inside = new JsonObject { ["enhancements"] = new JsonObject(), ["hidePanelTitles"] = false };
        var embedded = new JsonObject { ["type"] = panel.SavedSearch is null ? "lens" : "search", ["panelIndex"] = panel.Id, ["gridData"] = grid, ["title"] = panel.Title, ["embeddableConfig"] = inside };
        if (panel.SavedSearch is { } search)
        {
            embedded["panelRefName"] = $"panel_{panel.Id}";
            references.Add(Reference("search", search, $"{panel.Id}:panel_{panel.Id}"));
            return embedded;
        }
        var view = panel.View ?? board.View;
        inside["attributes"] = LensPanel.Attributes(panel, view);
        references.Add(Reference("index-pattern", view, $"{panel.Id}:indexpattern-datasource-layer-layer1"));
        if (panel.Leads is not { } other || other == board.Id) return embedded;
        var click = new JsonObject
        {
            ["eventId"] = "open", ["triggers"] = new JsonArray("FILTER_TRIGGER"),
            ["action"] = new JsonObject
            {
                ["factoryId"] = "DASHBOARD_TO_DASHBOARD_DRILLDOWN", ["name"] = $"Open {BoardCatalog.TitleOf(other)}",
                ["config"] = new JsonObject { ["useCurrentFilters"] = true, ["useCurrentDateRange"] = true, ["openInNewTab"] = false },
            },
        };
        inside["enhancements"] = new JsonObject { ["dynamicActions"] = new JsonObject { ["events"] = new JsonArray(click) } };
        references.Add(Reference("dashboard", other, $"{panel.Id}:drilldown:DASHBOARD_TO_DASHBOARD_DRILLDOWN:open:dashboardId"));
        return embedded;
    }

    public static JsonObject Reference(string type, string id, string name) => new() { ["type"] = type, ["id"] = id, ["name"] = name };

    public static string Text(JsonNode node) => node.ToJsonString(Plain);

    static JsonObject Object(string type, string id, string version, JsonObject attributes, IEnumerable<JsonObject> references) => new()
    {
        ["type"] = type, ["id"] = id, ["managed"] = false, ["coreMigrationVersion"] = "8.8.0", ["typeMigrationVersion"] = version, ["references"] = new JsonArray([.. references]), ["attributes"] = attributes,
    };
}
