using System.Text.Json.Nodes;

namespace AuditWatch.Tests.Elasticsearch.Dashboards;

/// <summary>The controls on top of every dashboard: cluster, namespace, what the dashboard asks for, and a slider of time.</summary>
internal static class DashboardControls
{
    public static JsonObject Write(Board board, List<JsonObject> references)
    {
        var controls = new JsonObject();
        foreach (var control in (Group[])[Group.Of("orchestrator.cluster.name", "Cluster"), Group.Of("orchestrator.namespace", "Namespace"), .. board.Controls])
        {
            var id = "ctl-" + control.Label.ToLowerInvariant().Replace(' ', '-');
            controls[id] = new JsonObject
            {
                ["type"] = "optionsListControl", ["order"] = controls.Count, ["width"] = "medium", ["grow"] = false,
                ["explicitInput"] = new JsonObject
                {
                    ["id"] = id, ["fieldName"] = control.Field, ["title"] = control.Label, ["searchTechnique"] = "prefix", ["selectedOptions"] = new JsonArray(),
                    ["sort"] = new JsonObject { ["by"] = "_count", ["direction"] = "desc" }, ["enhancements"] = new JsonObject(),
                },
            };
            references.Add(SavedObjects.Reference("index-pattern", board.View, $"controlGroup_{id}:optionsListDataView"));
        }
        controls["ctl-time"] = new JsonObject
        {
            ["type"] = "timeSlider", ["order"] = controls.Count, ["width"] = "large", ["grow"] = true,
            ["explicitInput"] = new JsonObject { ["id"] = "ctl-time", ["title"] = "Time", ["enhancements"] = new JsonObject() },
        };
        return new JsonObject
        {
            ["controlStyle"] = "oneLine", ["chainingSystem"] = "HIERARCHICAL",
            ["ignoreParentSettingsJSON"] = SavedObjects.Text(new JsonObject { ["ignoreFilters"] = false, ["ignoreQuery"] = false, ["ignoreTimerange"] = false, ["ignoreValidations"] = false }),
            ["panelsJSON"] = SavedObjects.Text(controls),
        };
    }
}
