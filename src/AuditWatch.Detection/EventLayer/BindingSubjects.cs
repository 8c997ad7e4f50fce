using System.Text.Json;
using AuditWatch.Events.Model;

namespace AuditWatch.Detection.EventLayer;

/// <summary>Whom a request gives something to, as the names that audit events call them by: a role binding its rights (groups as <c>group:NAME</c>), a token its account, a certificate its identity.</summary>
static class BindingSubjects
{
    public const string GroupPrefix = "group:";

    static readonly FieldPath Response = Bind("responseObject.subjects"), Request = Bind("requestObject.subjects"), CertificateFor = Bind("aw.csr.subject.cn");

    public static IReadOnlyList<string> Of(AuditEvent e)
    {
        if (e.Resource is not ("rolebindings" or "clusterrolebindings")) return Other(e);
        // The response is the whole object; a request may be a fragment of it.
        var answer = e.Get(Response);
        if (answer.Kind != AnswerKind.Array) answer = e.Get(Request);
        if (answer.Kind != AnswerKind.Array) return [];
        var names = new List<string>();
        foreach (var subject in answer.Element.EnumerateArray())
            if (Name(subject, e.Namespace) is { } name && !names.Contains(name)) names.Add(name);
        return names;
    }

    // An account that is made or minted for, and whom a certificate is for.
    static string[] Other(AuditEvent e)
    {
        if (e.Verb == "create" && e.Resource == "serviceaccounts" && e is { Namespace: { Length: > 0 } ns, Name: { Length: > 0 } name }) return [$"{ServiceAccountName.Prefix}{ns}:{name}"];
        if (e.Resource == "certificatesigningrequests" && e.Get(CertificateFor) is { Kind: AnswerKind.Text } answer) return [System.Text.Encoding.UTF8.GetString(answer.Utf8)];
        return [];
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
