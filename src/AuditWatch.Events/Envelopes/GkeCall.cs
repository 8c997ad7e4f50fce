using System.Text.Json;

namespace AuditWatch.Events.Envelopes;

/// <summary>
/// What a GKE entry's methodName (<c>io.k8s.core.v1.pods.exec.create</c>) and resourceName (<c>core/v1/namespaces/NS/pods/NAME/exec</c>) say was called.
/// </summary>
sealed record GkeCall(string Verb, string? Path, string? Group, string? Version, string? Namespace, string? Resource, string? Name, string? Subresource)
{
    /// <summary>Whether the call opens a stream into a pod.</summary>
    public bool IsConnection => Subresource is "exec" or "attach" or "portforward";

    public static GkeCall Of(string method, string resourceName)
    {
        var words = method.Split('.');
        var verb = words[^1];
        var parts = resourceName.Trim('/').Split('/');
        if (words.Length < 6 || parts.Length < 3)
            return new GkeCall(verb, resourceName.Length == 0 ? null : "/" + resourceName.TrimStart('/'), null, null, null, null, null, null);

        var (group, version, rest) = (parts[0] == "core" ? null : parts[0], parts[1], parts[2..]);
        // namespaces/NS alone is the namespace itself; its own subresources are told by the method, which then ends in namespaces.<sub>.<verb>.
        var isNamespace = rest[0] == "namespaces" && (rest.Length < 3 || words[^2] == "namespaces" || words[^3] == "namespaces");
        var ns = rest[0] == "namespaces" && !isNamespace ? rest[1] : isNamespace && rest.Length > 1 ? rest[1] : null;
        if (rest[0] == "namespaces" && !isNamespace) rest = rest[2..];
        var path = (group is null ? "/api/" : $"/apis/{group}/") + string.Join('/', parts[1..]);
        return new GkeCall(verb, path, group, version, ns, rest[0], rest.Length > 1 ? rest[1] : null, rest.Length > 2 ? rest[2] : null);
    }

    public void WriteObjectRef(Utf8JsonWriter writer)
    {
        if (Resource is null) return;
        writer.WriteStartObject("objectRef"u8);
        writer.WriteString("resource"u8, Resource);
        if (Namespace is not null) writer.WriteString("namespace"u8, Namespace);
        if (Name is not null) writer.WriteString("name"u8, Name);
        if (Group is not null) writer.WriteString("apiGroup"u8, Group);
        if (Version is not null) writer.WriteString("apiVersion"u8, Version);
        if (Subresource is not null) writer.WriteString("subresource"u8, Subresource);
        writer.WriteEndObject();
    }
}
