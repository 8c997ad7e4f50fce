using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace AuditWatch.Detection.Tests;

/// <summary>Builds complete audit events: one deed, one thing changed at a time.</summary>
sealed record An
{
    static readonly DateTimeOffset Noon = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    public string Id { get; init; } = "5f0d7a62-6f0e-4d0a-9a41-0d6d0b5f7c11";
    public string User { get; init; } = "alice";
    public string? Credential { get; init; }
    public string? Issues { get; init; }
    public string Ip { get; init; } = "10.2.3.4";
    public string Verb { get; init; } = "get";
    public string Resource { get; init; } = "secrets";
    public string? Group { get; init; }
    public string? As { get; init; }
    public string? CallerPod { get; init; }
    public string? Message { get; init; }
    public string? Annotation { get; init; }
    public IReadOnlyList<string>? UserGroups { get; init; }
    public string? Subresource { get; init; }
    public string? Namespace { get; init; } = "prod";
    public string? Name { get; init; } = "db-credentials";
    public string Stage { get; init; } = "ResponseComplete";
    public int Code { get; init; } = 200;
    public string Agent { get; init; } = "kubectl/v1.31.0 (linux/amd64)";
    public string? Body { get; init; }
    public string? Answer { get; init; }
    public double At { get; init; }
    public double? ReceivedAt { get; init; }
    public string Level { get; init; } = "RequestResponse";

    public ReadOnlyMemory<byte> Event => Encoding.UTF8.GetBytes(Json.ToJsonString());

    public JsonObject Json
    {
        get
        {
            var user = new JsonObject { ["username"] = User, ["groups"] = Groups() };
            var extra = new JsonObject();
            if (Credential is not null) extra["authentication.kubernetes.io/credential-id"] = new JsonArray(Credential);
            if (CallerPod is not null) extra["authentication.kubernetes.io/pod-name"] = new JsonArray(CallerPod);
            if (extra.Count > 0) user["extra"] = extra;
            var target = new JsonObject { ["resource"] = Resource, ["apiVersion"] = "v1" };
            if (Namespace is not null) target["namespace"] = Namespace;
            if (Name is not null) target["name"] = Name;
            if (Subresource is not null) target["subresource"] = Subresource;
            if (Resource.EndsWith("bindings", StringComparison.Ordinal)) target["apiGroup"] = "rbac.authorization.k8s.io";
            if (Group is not null) target["apiGroup"] = Group;
            var annotations = new JsonObject { ["authorization.k8s.io/decision"] = "allow", ["authorization.k8s.io/reason"] = "" };
            if (Issues is not null) annotations["authentication.kubernetes.io/issued-credential-id"] = Issues;
            if (Annotation is not null) annotations[Annotation] = "true";
            var e = new JsonObject
            {
                ["kind"] = "Event", ["apiVersion"] = "audit.k8s.io/v1", ["level"] = Level, ["auditID"] = Id, ["stage"] = Stage,
                ["requestURI"] = $"/api/v1/namespaces/{Namespace}/{Resource}/{Name}{(Subresource is null ? "" : "/" + Subresource)}",
                ["verb"] = Verb, ["user"] = user, ["sourceIPs"] = new JsonArray(Ip), ["userAgent"] = Agent, ["objectRef"] = target,
            };
            if (Stage != "RequestReceived") e["responseStatus"] = new JsonObject { ["metadata"] = new JsonObject(), ["code"] = Code };
            if (Message is not null) e["responseStatus"]!["message"] = Message;
            if (As is not null && Stage != "RequestReceived") e["impersonatedUser"] = new JsonObject { ["username"] = As };
            if (Body is not null && Stage != "RequestReceived" && Level != "Metadata") e["requestObject"] = JsonNode.Parse(Body);
            if (Answer is not null && Stage == "ResponseComplete" && Level == "RequestResponse") e["responseObject"] = JsonNode.Parse(Answer);
            e["requestReceivedTimestamp"] = Time(ReceivedAt ?? At);
            e["stageTimestamp"] = Time(At);
            e["annotations"] = annotations;
            return e;
        }
    }

    public static An Exec(double at, string id = "exec-1") =>
        new() { Id = id, Verb = "create", Resource = "pods", Subresource = "exec", Name = "web-1", Code = 101, At = at };

    public static An Mint(double at, string by, string ip, string issues, string id) =>
        new() { Id = id, User = by, Ip = ip, Verb = "create", Resource = "serviceaccounts", Subresource = "token", Namespace = "ci", Name = "deployer", Code = 201, Issues = issues, At = at };

    public static An Binding(double at, string id, string serviceAccount = "deployer") => new()
    {
        Id = id, User = "dave", Verb = "create", Resource = "clusterrolebindings", Namespace = null, Name = "b-" + id, Code = 201, At = at,
        Body = $$$"""{"kind":"ClusterRoleBinding","apiVersion":"rbac.authorization.k8s.io/v1","metadata":{"name":"b"},"subjects":[{"kind":"ServiceAccount","name":"{{{serviceAccount}}}","namespace":"ci"}],"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"cluster-admin"}}""",
    };

    public static An Pod(double at, string id, string user = "system:serviceaccount:ci:deployer") => new()
    {
        Id = id, User = user, Verb = "create", Resource = "pods", Namespace = "kube-system", Name = "p-" + id, Code = 201, At = at,
        Body = """{"kind":"Pod","apiVersion":"v1","metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"registry.example/c:1"}]}}""",
    };

    JsonArray Groups() => UserGroups is not null ? [.. UserGroups.Select(g => (JsonNode?)g)] : User.StartsWith("system:serviceaccount:", StringComparison.Ordinal)
        ? new JsonArray("system:serviceaccounts", "system:serviceaccounts:" + User.Split(':')[2], "system:authenticated")
        : new JsonArray("developers", "system:authenticated");

    static string Time(double seconds) => Noon.AddSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
