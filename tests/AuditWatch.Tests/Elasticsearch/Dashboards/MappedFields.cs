using System.Text.Json;
using AuditWatch.Testing;

namespace AuditWatch.Tests.Elasticsearch.Dashboards;

/// <summary>The fields that infra/elasticsearch maps, by data view: name and type.</summary>
internal static class MappedFields
{
    static readonly Dictionary<string, Dictionary<string, string>> Views = new()
    {
        [DataView.Audit] = Read("component-auditwatch-audit-mappings"),
        [DataView.Alerts] = Read("component-auditwatch-alert-mappings"),
        [DataView.Triage] = Read("component-auditwatch-triage-mappings"),
    };

    /// <summary>The type of a field in a view; null when it is not mapped there.</summary>
    public static string? TypeOf(string view, string field) => Views.TryGetValue(view, out var fields) ? fields.GetValueOrDefault(field) : null;

    /// <summary>What Lens calls the type of a field, whichever view has it.</summary>
    public static string LensTypeOf(string field) => Views.Values.Select(v => v.GetValueOrDefault(field)).FirstOrDefault(t => t is not null) switch
    {
        "ip" => "ip",
        "boolean" => "boolean",
        "date" => "date",
        "long" or "integer" or "float" => "number",
        _ => "string",
    };

    static Dictionary<string, string> Read(string asset)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Checkout.Root, "infra", "elasticsearch", asset + ".json")));
        var fields = new Dictionary<string, string>();
        Add(json.RootElement.GetProperty("template").GetProperty("mappings").GetProperty("properties"), "");
        return fields;

        void Add(JsonElement properties, string prefix)
        {
            foreach (var property in properties.EnumerateObject())
                if (property.Value.TryGetProperty("properties", out var inside)) Add(inside, prefix + property.Name + ".");
                else fields[prefix + property.Name] = property.Value.GetProperty("type").GetString()!;
        }
    }
}
