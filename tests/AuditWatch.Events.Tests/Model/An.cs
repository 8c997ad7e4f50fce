using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using Xunit;

namespace AuditWatch.Events.Tests.Model;

/// <summary>A complete event, as Kubernetes 1.36 writes it, of which a test changes one thing.</summary>
sealed class An
{
    readonly JsonObject _event;
    ClusterFacts _cluster = new();
    bool _cut;

    An(string json) => _event = JsonNode.Parse(json)!.AsObject();

    public static An Event(string verb, string resource, string level = "RequestResponse") => new An("""
        {"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"RequestResponse","auditID":"0f3e8ad3-1c1e-4f3c-9d24-4fd6c7d3a111","stage":"ResponseComplete",
         "requestURI":"/api/v1/namespaces/prod/pods?fieldManager=kubectl-create","verb":"create",
         "user":{"username":"alice","uid":"u-1","groups":["sre","system:authenticated"],"extra":{"authentication.kubernetes.io/credential-id":["X509SHA256=ab12"]}},
         "sourceIPs":["10.1.2.3"],"userAgent":"kubectl/v1.36.3 (linux/amd64) kubernetes/faecb19",
         "objectRef":{"resource":"pods","namespace":"prod","name":"web","apiVersion":"v1"},"responseStatus":{"metadata":{},"code":201},
         "requestReceivedTimestamp":"2026-11-23T05:49:54.292662Z","stageTimestamp":"2026-11-23T05:49:54.295263Z",
         "annotations":{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":"RBAC: allowed by ClusterRoleBinding \"x\""}}
        """).With("verb", verb).With("objectRef.resource", resource).With("level", level);

    /// <summary>Sets a member by its dotted path (no keys with dots); null removes it.</summary>
    public An With(string path, object? value)
    {
        var names = path.Split('.');
        var at = _event;
        foreach (var name in names[..^1]) at = (JsonObject)(at[name] ??= new JsonObject());
        if (value is null) at.Remove(names[^1]);
        else at[names[^1]] = value as JsonNode ?? System.Text.Json.JsonSerializer.SerializeToNode(value);
        return this;
    }

    public An WithJson(string path, string json) => With(path, JsonNode.Parse(json));

    public An Annotated(string key, string value)
    {
        ((JsonObject)_event["annotations"]!)[key] = value;
        return this;
    }

    /// <summary>As it looks before the request was worked on.</summary>
    public An AtRequestReceived() => With("stage", "RequestReceived").With("responseStatus", null).With("annotations", null).With("requestObject", null).With("responseObject", null);

    public An In(ClusterFacts cluster)
    {
        _cluster = cluster;
        return this;
    }

    public An Cut()
    {
        _cut = true;
        return this;
    }

    public string Json => _event.ToJsonString();

    public AuditEvent Read()
    {
        var audit = new AuditEvent(new SymbolTable());
        Assert.True(audit.TryRead(Encoding.UTF8.GetBytes(Json), new EventOrigin(1, 0, EnvelopeShape.Event, _cut), _cluster, 1, out var error), error.ToString());
        return audit;
    }

    /// <summary>The answer as a word: the value, or absent, or unknown(reasons).</summary>
    public string Says(string path) => Says(Read(), path);

    public static string Says(AuditEvent audit, string path)
    {
        Assert.True(AuditSchema.TryBind(path, out var field, out var problem), problem);
        var answer = audit.Get(field);
        return answer.Kind switch
        {
            AnswerKind.Absent => "absent",
            AnswerKind.Unknown => $"unknown({answer.Why})",
            AnswerKind.Null => "null",
            AnswerKind.True => "true",
            AnswerKind.False => "false",
            AnswerKind.Text or AnswerKind.Number => Encoding.UTF8.GetString(answer.Utf8),
            _ => answer.Element.GetRawText(),
        };
    }
}
