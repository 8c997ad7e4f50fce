using System.Text.Json.Nodes;

namespace AuditWatch.Tests.Elasticsearch.Dashboards;

/// <summary>A Lens panel as it ships, read back from the NDJSON: where it asks, what, and for what shape of answer.</summary>
internal sealed record ShippedPanel(string Board, string Id, string Title, string Type, int X, int Y, int Width, int Height, string View, string Where, JsonObject Layer)
{
    public IEnumerable<(string Id, JsonObject Column)> Columns => Layer["columnOrder"]!.AsArray().Select(c => ((string)c!, Layer["columns"]![(string)c!]!.AsObject()));

    public static IReadOnlyList<JsonObject> Objects(string ndjson) => [.. ndjson.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!.AsObject()).Where(o => o.ContainsKey("type"))];

    public static IReadOnlyList<ShippedPanel> All(string ndjson) =>
        [.. Objects(ndjson).Where(o => (string?)o["type"] == "dashboard").SelectMany(d => JsonNode.Parse((string)d["attributes"]!["panelsJSON"]!)!.AsArray().Where(p => (string?)p!["type"] == "lens").Select(p => Read((string)d["id"]!, p!)))];

    static ShippedPanel Read(string board, JsonNode panel)
    {
        var (grid, lens) = (panel["gridData"]!, panel["embeddableConfig"]!["attributes"]!);
        var layers = lens["state"]!["datasourceStates"]!["formBased"]!["layers"]!.AsObject();
        return new ShippedPanel(board, (string)panel["panelIndex"]!, (string)panel["title"]!, (string)lens["visualizationType"]!, (int)grid["x"]!, (int)grid["y"]!, (int)grid["w"]!, (int)grid["h"]!,
            (string)lens["references"]![0]!["id"]!, (string)lens["state"]!["query"]!["query"]!, layers.Single().Value!.AsObject());
    }

    public override string ToString() => $"{Board}/{Title}";
}
