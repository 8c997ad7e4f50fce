using System.Text.Json;
using AuditWatch.Events.Model;

namespace AuditWatch.Detection.EventLayer;

/// <summary>Whom a role binding gives its rights to, as the names that audit events call them by; groups as <c>group:NAME</c>.</summary>
static class BindingSubjects
{
    public const string GroupPrefix = "group:";

    static readonly FieldPath Response = Bind("responseObject.subjects"), Request = Bind("requestObject.subjects");

    public static IReadOnlyList<string> Of(AuditEvent e)
    {
        if (e.Resource is not ("rolebindings" or "clusterrolebindings")) return [];
        // The response is the whole object; a request may be a fragment of it.
        var answer = e.Get(Response);
        if (answer.Kind != AnswerKind.Array) answer = e.Get(Request);
        if (answer.Kind != AnswerKind.Array) return [];
        var names = new List<string>();
        foreach (var subject in answer.Element.EnumerateArray())
            if (Name(subject, e.Namespace) is { } name && !names.Contains(name)) names.Add(name);
        return names;
    }

    static string? Name(JsonElement subject, string? bindingNamespace)
    {
        if (subject.ValueKind != JsonValueKind.Object || Text(subject, "name") is not { Length: > 0 } name) return null;
        return Text(subject, "kind") switch
        {
            "ServiceAccount" => $"system:serviceaccount:{Text(subject, "namespace") ?? bindingNamespace}:{name}",
            "User" => name,
            "Group" => GroupPrefix + name,
            _ => null,
        };
    }

    static string? Text(JsonElement owner, string key) => owner.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static FieldPath Bind(string path) =>
        AuditSchema.TryBind(path, out var field, out var problem) ? field : throw new InvalidOperationException(problem);
}
