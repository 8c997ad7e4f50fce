using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AuditWatch.Storage.Elasticsearch.Kibana;

/// <summary>The saved objects of dashboards/, fitted to where they go.</summary>
public static class KibanaCatalog
{
    static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The rule by which alerts appear in Elastic Security, as a line of an import.</summary>
    public static string PromotionRule => File("promotion-rule");

    /// <summary>Id of that rule.</summary>
    public const string PromotionRuleId = "auditwatch-alert-promotion";

    /// <summary>What is imported into a place.</summary>
    public static IReadOnlyList<SavedObject> For(KibanaPlace place)
    {
        var objects = SavedObject.Read(File("auditwatch"));
        foreach (var view in objects.Where(o => o.Type == "index-pattern")) Fit(view, place);
        return objects;
    }

    /// <summary>Objects as the NDJSON that an import takes.</summary>
    public static string Write(IEnumerable<SavedObject> objects) => string.Concat(objects.Select(o => o.Json.ToJsonString(Plain) + "\n"));

    static void Fit(SavedObject view, KibanaPlace place)
    {
        var attributes = view.Json["attributes"]!.AsObject();
        if (place.Namespace is { } name) attributes["title"] = ((string)attributes["title"]!).Replace("-*", "-" + name, StringComparison.Ordinal);
        if (place.AuditWatchUrl is not { } url) return;
        var formats = JsonNode.Parse((string)attributes["fieldFormatMap"]!)!.AsObject();
        var collection = view.Id == "auditwatch-audit" ? "events" : "alerts";
        formats["event.id"] = new JsonObject
        {
            ["id"] = "url", ["params"] = new JsonObject { ["urlTemplate"] = $"{url.TrimEnd('/')}/api/v1/{collection}/{{{{value}}}}", ["labelTemplate"] = "{{value}}", ["openLinkInCurrentTab"] = false },
        };
        attributes["fieldFormatMap"] = formats.ToJsonString(Plain);
    }

    static string File(string name)
    {
        using var file = typeof(KibanaCatalog).Assembly.GetManifestResourceStream($"dashboards/{name}") ?? throw new InvalidOperationException($"dashboards/{name}.ndjson is not built in.");
        using var text = new StreamReader(file, Encoding.UTF8);
        return text.ReadToEnd();
    }
}
