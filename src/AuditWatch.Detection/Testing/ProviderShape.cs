using System.Text.Json;
using System.Text.Json.Nodes;

namespace AuditWatch.Detection.Testing;

/// <summary>Wraps an event as a provider would deliver it; what the provider does not keep is gone.</summary>
static class ProviderShape
{
    public static byte[] Wrap(JsonObject e, string shape) => JsonSerializer.SerializeToUtf8Bytes(shape switch
    {
        "aks" => Aks(e),
        "eks" => Eks(e),
        "gke" => Gke(e),
        _ => e,
    });

    static JsonObject Aks(JsonObject e) => new()
    {
        ["records"] = new JsonArray(new JsonObject
        {
            ["operationName"] = "Microsoft.ContainerService/managedClusters/diagnosticLogs/Read",
            ["category"] = "kube-audit",
            ["ccpNamespace"] = "0123456789abcdef",
            ["resourceId"] = "/SUBSCRIPTIONS/00000000-0000-0000-0000-000000000000/RESOURCEGROUPS/LAB/PROVIDERS/MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/LAB",
            ["properties"] = new JsonObject { ["log"] = e.ToJsonString(), ["stream"] = "stdout", ["pod"] = "kube-apiserver-7d9f6c5b8-x2x7k" },
            ["time"] = e["stageTimestamp"]?.DeepClone(),
        }),
    };

    static JsonObject Eks(JsonObject e) => new()
    {
        ["messageType"] = "DATA_MESSAGE",
        ["owner"] = "111111111111",
        ["logGroup"] = "/aws/eks/lab/cluster",
        ["logStream"] = "kube-apiserver-audit-0123456789abcdef",
        ["subscriptionFilters"] = new JsonArray("lab"),
        ["logEvents"] = new JsonArray(new JsonObject { ["id"] = "37654321", ["timestamp"] = 1_790_000_000_000, ["message"] = e.ToJsonString() }),
    };

    static JsonObject Gke(JsonObject e)
    {
        var target = e["objectRef"] as JsonObject;
        var entry = new JsonObject
        {
            ["insertId"] = e["auditID"]?.DeepClone(),
            ["logName"] = "projects/lab/logs/cloudaudit.googleapis.com%2Factivity",
            ["resource"] = new JsonObject { ["type"] = "k8s_cluster", ["labels"] = new JsonObject { ["cluster_name"] = "lab", ["location"] = "europe-west1", ["project_id"] = "lab" } },
            ["timestamp"] = e["stageTimestamp"]?.DeepClone(),
            ["operation"] = new JsonObject { ["id"] = e["auditID"]?.DeepClone(), ["producer"] = "k8s.io", ["first"] = true, ["last"] = Text(e, "stage") != "ResponseStarted" },
        };
        var payload = new JsonObject
        {
            ["@type"] = "type.googleapis.com/google.cloud.audit.AuditLog",
            ["serviceName"] = "k8s.io",
            ["methodName"] = Method(e, target),
            ["resourceName"] = ResourceName(e, target),
            ["authenticationInfo"] = new JsonObject { ["principalEmail"] = Text(e["user"], "username") },
            ["requestMetadata"] = new JsonObject { ["callerIp"] = e["sourceIPs"]?[0]?.DeepClone(), ["callerSuppliedUserAgent"] = Text(e, "userAgent") },
            ["status"] = Status(EventVariant.Code(e["responseStatus"]) ?? 200),
        };
        if (Text(e["impersonatedUser"], "username") is { } other) payload["authenticationInfo"]!["authoritySelector"] = other;
        if (Body(e, "requestObject") is { } request) payload["request"] = request;
        if (Body(e, "responseObject") is { } response) payload["response"] = response;
        entry["protoPayload"] = payload;
        if (e["annotations"] is JsonObject annotations) entry["labels"] = annotations.DeepClone();
        return entry;
    }

    static string Method(JsonObject e, JsonObject? target)
    {
        var verb = Text(e, "verb") ?? "get";
        if (target is null) return "io.k8s." + verb;
        var group = Text(target, "apiGroup") is { Length: > 0 } named ? named.Replace(".k8s.io", "", StringComparison.Ordinal) : "core";
        var part = Text(target, "subresource") is { } sub ? "." + sub : "";
        return $"io.k8s.{group}.{Text(target, "apiVersion") ?? "v1"}.{Text(target, "resource")}{part}.{verb}";
    }

    static string ResourceName(JsonObject e, JsonObject? target)
    {
        if (target is null) return (Text(e, "requestURI") ?? "").Split('?')[0].TrimStart('/');
        var parts = new List<string?> { Text(target, "apiGroup") is { Length: > 0 } group ? group : "core", Text(target, "apiVersion") ?? "v1" };
        if (Text(target, "namespace") is { } ns && Text(target, "resource") != "namespaces") parts.AddRange(["namespaces", ns]);
        parts.Add(Text(target, "resource"));
        if (Text(target, "name") is { } name) parts.AddRange([name, Text(target, "subresource")]);
        var uri = (Text(e, "requestURI") ?? "").Split('?')[0];
        if (Text(target, "subresource") == "proxy" && uri.IndexOf("/proxy/", StringComparison.Ordinal) is var behind and >= 0) parts.Add(uri[(behind + "/proxy/".Length)..]);
        return string.Join('/', parts.Where(p => p is not null));
    }

    static JsonObject? Body(JsonObject e, string key)
    {
        if (e[key] is not JsonObject body) return null;
        var copy = (JsonObject)body.DeepClone();
        copy["@type"] = $"{(Text(body, "apiVersion") is { } version && version.Contains('/', StringComparison.Ordinal) ? version : "core.k8s.io/v1")}.{Text(body, "kind") ?? "Status"}";
        copy.Remove("kind");
        copy.Remove("apiVersion");
        return copy;
    }

    // The message is the code in words, not what Kubernetes answered.
    static JsonObject Status(int http)
    {
        var (code, word) = http switch
        {
            < 400 => (0, ""),
            400 => (3, "INVALID_ARGUMENT"),
            401 => (16, "UNAUTHENTICATED"),
            403 => (7, "PERMISSION_DENIED"),
            404 => (5, "NOT_FOUND"),
            409 => (6, "ALREADY_EXISTS"),
            429 => (8, "RESOURCE_EXHAUSTED"),
            _ => (13, "INTERNAL"),
        };
        return word.Length == 0 ? new JsonObject { ["code"] = code } : new JsonObject { ["code"] = code, ["message"] = word };
    }

    static string? Text(JsonNode? owner, string key) => owner is JsonObject map && map[key] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
