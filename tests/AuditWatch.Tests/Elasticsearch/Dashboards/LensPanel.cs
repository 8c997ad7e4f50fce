using System.Text.Json.Nodes;

namespace AuditWatch.Tests.Elasticsearch.Dashboards;

/// <summary>A panel as Kibana's Lens keeps it. Shapes as Kibana 8.9 to 9.x write them; nothing that only newer ones know.</summary>
internal static class LensPanel
{
    const string Layer = "layer1";

    public static JsonObject Attributes(Panel panel, string view)
    {
        var columns = new JsonObject();
        var order = new JsonArray();
        if (panel.Kind == PanelKind.TimeLine) Add("t", Time());
        for (var i = 0; i < panel.Groups.Count; i++) Add($"g{i}", panel.Groups[i].Questions.Count > 0 ? Questions(panel.Groups[i]) : Terms(panel.Groups[i]));
        for (var i = 0; i < panel.Measures.Count; i++) Add($"m{i}", Number(panel.Measures[i]));
        return new JsonObject
        {
            ["title"] = panel.Title, ["description"] = "", ["visualizationType"] = TypeOf(panel.Kind), ["type"] = "lens",
            ["references"] = new JsonArray(new JsonObject { ["type"] = "index-pattern", ["id"] = view, ["name"] = $"indexpattern-datasource-layer-{Layer}" }),
            ["state"] = new JsonObject
            {
                ["adHocDataViews"] = new JsonObject(), ["internalReferences"] = new JsonArray(), ["filters"] = new JsonArray(),
                ["query"] = new JsonObject { ["language"] = "kuery", ["query"] = panel.Where },
                ["datasourceStates"] = new JsonObject
                {
                    ["formBased"] = new JsonObject { ["layers"] = new JsonObject { [Layer] = new JsonObject { ["columnOrder"] = order, ["columns"] = columns, ["incompleteColumns"] = new JsonObject(), ["sampling"] = 1 } } },
                    ["textBased"] = new JsonObject { ["layers"] = new JsonObject() },
                },
                ["visualization"] = Visualization(panel),
            },
        };

        void Add(string id, JsonObject column)
        {
            columns[id] = column;
            order.Add(id);
        }
    }

    static string TypeOf(PanelKind kind) => kind switch { PanelKind.TimeLine or PanelKind.Bars => "lnsXY", PanelKind.Number => "lnsMetric", PanelKind.Donut => "lnsPie", _ => "lnsDatatable" };

    static JsonObject Time() => new()
    {
        ["dataType"] = "date", ["isBucketed"] = true, ["label"] = "@timestamp", ["operationType"] = "date_histogram", ["scale"] = "interval", ["sourceField"] = "@timestamp",
        ["params"] = new JsonObject { ["interval"] = "auto", ["includeEmptyRows"] = true, ["dropPartials"] = false },
    };

    static JsonObject Terms(Group group) => new()
    {
        ["dataType"] = MappedFields.LensTypeOf(group.Field), ["isBucketed"] = true, ["label"] = group.Label, ["customLabel"] = true, ["operationType"] = "terms", ["scale"] = "ordinal", ["sourceField"] = group.Field,
        ["params"] = new JsonObject
        {
            ["size"] = group.Size, ["orderBy"] = new JsonObject { ["type"] = "column", ["columnId"] = "m0" }, ["orderDirection"] = "desc", ["otherBucket"] = false, ["missingBucket"] = false,
            ["parentFormat"] = new JsonObject { ["id"] = "terms" }, ["include"] = new JsonArray(), ["exclude"] = new JsonArray(), ["includeIsRegex"] = false, ["excludeIsRegex"] = false,
        },
    };

    static JsonObject Questions(Group group) => new()
    {
        ["dataType"] = "string", ["isBucketed"] = true, ["label"] = group.Label, ["customLabel"] = true, ["operationType"] = "filters", ["scale"] = "ordinal",
        ["params"] = new JsonObject
        {
            ["filters"] = new JsonArray([.. group.Questions.Select(q => new JsonObject { ["label"] = q.Name, ["input"] = new JsonObject { ["language"] = "kuery", ["query"] = q.Where } })]),
        },
    };

    static JsonObject Number(Measure measure)
    {
        var parameters = new JsonObject();
        if (measure.Percentile is { } percentile) parameters["percentile"] = percentile;
        if (measure.Operation is "count" or "unique_count" or "sum") parameters["emptyAsNull"] = true;
        if (measure.Operation == "last_value")
        {
            parameters["sortField"] = measure.Field;
            parameters["showArrayValues"] = true;
        }
        return new JsonObject
        {
            ["customLabel"] = true, ["dataType"] = measure.Operation is "max" or "last_value" ? MappedFields.LensTypeOf(measure.Field) : "number", ["isBucketed"] = false, ["label"] = measure.Label,
            ["operationType"] = measure.Operation, ["params"] = parameters, ["scale"] = "ratio", ["sourceField"] = measure.Field,
        };
    }

    static JsonObject Visualization(Panel panel)
    {
        switch (panel.Kind)
        {
            case PanelKind.Number:
                return new JsonObject { ["layerId"] = Layer, ["layerType"] = "data", ["metricAccessor"] = "m0" };
            case PanelKind.Donut:
                return new JsonObject
                {
                    ["shape"] = "donut",
                    ["layers"] = new JsonArray(new JsonObject
                    {
                        ["layerId"] = Layer, ["layerType"] = "data", ["primaryGroups"] = new JsonArray("g0"), ["metrics"] = new JsonArray("m0"), ["numberDisplay"] = "percent",
                        ["categoryDisplay"] = "default", ["legendDisplay"] = "default", ["nestedLegend"] = false,
                    }),
                };
            case PanelKind.Table:
                var names = panel.Groups.Select((_, i) => $"g{i}").Concat(panel.Measures.Select((_, i) => $"m{i}"));
                return new JsonObject
                {
                    ["layerId"] = Layer, ["layerType"] = "data", ["columns"] = new JsonArray([.. names.Select(n => new JsonObject { ["columnId"] = n })]),
                    ["paging"] = new JsonObject { ["size"] = 10, ["enabled"] = true }, ["sorting"] = new JsonObject { ["columnId"] = "m0", ["direction"] = "desc" },
                };
            default:
                var isTime = panel.Kind == PanelKind.TimeLine;
                var series = isTime ? "bar_stacked" : "bar_horizontal";
                var layer = new JsonObject
                {
                    ["layerId"] = Layer, ["layerType"] = "data", ["seriesType"] = series, ["xAccessor"] = isTime ? "t" : "g0", ["accessors"] = new JsonArray("m0"), ["position"] = "top", ["showGridlines"] = false,
                };
                if (isTime && panel.Groups.Count > 0) layer["splitAccessor"] = "g0";
                return new JsonObject
                {
                    ["legend"] = new JsonObject { ["isVisible"] = isTime, ["position"] = "right" }, ["valueLabels"] = "hide", ["preferredSeriesType"] = series,
                    ["axisTitlesVisibilitySettings"] = new JsonObject { ["x"] = false, ["yLeft"] = false, ["yRight"] = false }, ["layers"] = new JsonArray(layer),
                };
        }
    }
}
