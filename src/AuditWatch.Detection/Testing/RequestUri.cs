using System.Text.Json.Nodes;

namespace AuditWatch.Detection.Testing;

/// <summary>The URI of a request, which says in its own way what <c>objectRef</c> and <c>verb</c> say.</summary>
static class RequestUri
{
    /// <summary>Sets a parameter of the query, or removes it.</summary>
    public static void SetParameter(JsonObject e, string name, string? value)
    {
        var parts = (Text(e, "requestURI") ?? "").Split('?', 2);
        var query = parts.Length < 2 ? [] : parts[1].Split('&', StringSplitOptions.RemoveEmptyEntries).Where(p => p.Split('=')[0] != name).ToList();
        if (value is not null) query.Add($"{name}={Uri.EscapeDataString(value)}");
        e["requestURI"] = query.Count == 0 ? parts[0] : $"{parts[0]}?{string.Join('&', query)}";
    }

    /// <summary>After a change of <c>objectRef</c> or <c>verb</c>: lets the path follow, if it spoke of the object as it was before. What lies behind a proxy, and the query, stay.</summary>
    public static void Follow(JsonObject e, JsonObject? before, string? verbBefore)
    {
        if (before is null || e["objectRef"] is not JsonObject now || Text(e, "requestURI") is not { } uri) return;
        var end = uri.IndexOf('?', StringComparison.Ordinal) is var mark and >= 0 ? mark : uri.Length;
        var (path, query) = (uri[..end], uri[end..]);
        foreach (var was in new[] { PathOf(before, IsNamed(before, verbBefore)), PathOf(before, isNamed: true), PathOf(before, isNamed: false) })
            if (path == was || path.StartsWith(was + "/", StringComparison.Ordinal))
            {
                e["requestURI"] = PathOf(now, IsNamed(now, Text(e, "verb"))) + path[was.Length..] + query;
                return;
            }
    }

    static bool IsNamed(JsonObject target, string? verb) => verb is not ("list" or "watch" or "deletecollection") && (verb != "create" || Text(target, "subresource") is not null);

    static string PathOf(JsonObject target, bool isNamed)
    {
        var (group, resource) = (Text(target, "apiGroup"), Text(target, "resource"));
        var path = $"{(string.IsNullOrEmpty(group) ? "/api" : "/apis/" + group)}/{Text(target, "apiVersion") ?? "v1"}";
        if (Text(target, "namespace") is { Length: > 0 } ns && resource != "namespaces") path += "/namespaces/" + ns;
        path += "/" + resource;
        if (isNamed && Text(target, "name") is { Length: > 0 } name) path += "/" + name;
        return Text(target, "subresource") is { Length: > 0 } sub ? $"{path}/{sub}" : path;
    }

    static string? Text(JsonObject owner, string key) => owner[key] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
