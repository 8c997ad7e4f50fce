using System.Text.Json.Nodes;

namespace AuditWatch.Detection.Testing;

/// <summary>Rewrites an event as the API server would have logged the same deed at another level, over another transport, or by another kind of write.</summary>
static class EventVariant
{
    public static void Level(JsonObject e, string level)
    {
        e["level"] = level;
        if (level != "RequestResponse") e.Remove("responseObject");
        if (level == "Metadata") e.Remove("requestObject");
    }

    // A client's POST is "create"; a WebSocket begins with a GET and is audited as such.
    public static void Transport(JsonObject e, string transport) => e["verb"] = transport == "post" ? "create" : "get";

    public static void Write(JsonObject e, string write)
    {
        var name = Text(e["objectRef"], "name") ?? Text(e["requestObject"]?["metadata"], "name") ?? Text(e["responseObject"]?["metadata"], "name");
        var path = (Text(e, "requestURI") ?? "").Split('?')[0];
        if (name is not null && path.EndsWith("/" + name, StringComparison.Ordinal)) path = path[..^(name.Length + 1)];
        var body = e["requestObject"] as JsonObject;
        var (verb, code, query, onObject) = write switch
        {
            "create" => ("create", 201, "?fieldManager=kubectl-create&fieldValidation=Strict", false),
            "apply" => ("patch", 201, "?fieldManager=kubectl&fieldValidation=Strict&force=false", true),
            "json-patch" => ("patch", 200, "", true),
            _ => ("patch", 200, "?fieldManager=kubectl-patch", true),
        };
        e["verb"] = verb;
        e["requestURI"] = path + (onObject && name is not null ? "/" + name : "") + query;
        if (onObject && name is not null && e["objectRef"] is JsonObject reference) reference["name"] = name;
        if (e["responseStatus"] is JsonObject status && Code(status) is null or < 400) status["code"] = code;
        if (body is null) return;
        if (write == "json-patch") e["requestObject"] = JsonPatchOf(body);
        else if (write == "merge-patch") e["requestObject"] = Fragment(body);
    }

    static JsonArray JsonPatchOf(JsonObject body) => new([.. Fragment(body).SelectMany(p => p.Key == "metadata" && p.Value is JsonObject meta
        ? meta.Select(m => Operation("/metadata/" + m.Key, m.Value))
        : [Operation("/" + p.Key, p.Value)])]);

    static JsonNode Operation(string path, JsonNode? value) => new JsonObject { ["op"] = "add", ["path"] = path, ["value"] = value?.DeepClone() };

    // What a patch says of an object: not what it is, nor what the server keeps of it.
    static JsonObject Fragment(JsonObject body)
    {
        var fragment = new JsonObject();
        foreach (var (key, value) in body)
        {
            if (key is "kind" or "apiVersion" or "status") continue;
            if (key != "metadata") fragment[key] = value?.DeepClone();
            else if (value is JsonObject meta && meta.Where(m => m.Key is "labels" or "annotations").ToList() is { Count: > 0 } kept)
                fragment[key] = new JsonObject(kept.Select(m => KeyValuePair.Create(m.Key, m.Value?.DeepClone())));
        }

        return fragment;
    }

    /// <summary>The status code of a responseStatus.</summary>
    public static int? Code(JsonNode? status) => status is JsonObject map && map["code"] is { } code && int.TryParse(code.ToJsonString(), out var number) ? number : null;

    static string? Text(JsonNode? owner, string key) => owner is JsonObject map && map[key] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
