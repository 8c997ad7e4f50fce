using System.Text;
using System.Text.Json;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using Xunit;

namespace AuditWatch.Events.Tests.Envelopes;

/// <summary>One request in every shape that it can reach us in: every field is what it is in the API server's own log, or the shape cannot carry it and it is unknown. Never absent, never another.</summary>
public sealed class SameRequestTests
{
    const string Event = """{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"925726e6-a56d-4428-b59d-d0298e784581","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/prod/secrets/db","verb":"get","user":{"username":"alice@example.com","uid":"u-1","groups":["sre","system:authenticated"],"extra":{"authentication.kubernetes.io/credential-id":["X509SHA256=ab"]}},"sourceIPs":["10.2.3.4"],"userAgent":"kubectl/v1.36.3 (linux/amd64)","objectRef":{"resource":"secrets","namespace":"prod","name":"db","apiVersion":"v1"},"responseStatus":{"metadata":{},"code":200},"requestReceivedTimestamp":"2026-11-23T05:49:54.292662Z","stageTimestamp":"2026-11-23T05:49:54.295263Z","annotations":{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":"RBAC: allowed"}}""";

    static readonly string Quoted = JsonSerializer.Serialize(Event);

    static readonly string[] Fields =
    [
        "auditID", "stage", "level", "verb", "requestURI", "user.username", "user.groups", "sourceIPs", "userAgent", "objectRef.resource", "objectRef.namespace", "objectRef.name",
        "responseStatus.code", "requestReceivedTimestamp", "stageTimestamp", "annotations.authorization.k8s.io/decision", "annotations.authorization.k8s.io/reason",
    ];

    static string Aks(string log) => "{\"records\":[{\"category\":\"kube-audit\",\"operationName\":\"x\",\"properties\":{\"log\":" + log + ",\"stream\":\"stdout\",\"pod\":\"kube-apiserver-1\"},\"resourceId\":\"/X\",\"time\":\"2026-11-23T05:49:54.2955Z\"}]}";

    static string CloudWatch => "{\"messageType\":\"DATA_MESSAGE\",\"owner\":\"1\",\"logGroup\":\"g\",\"logStream\":\"kube-apiserver-audit-abc\",\"logEvents\":[{\"id\":\"3\",\"timestamp\":1795413000000,\"message\":" + Quoted + "}]}";

    static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    const string Gke = """{"protoPayload":{"@type":"type.googleapis.com/google.cloud.audit.AuditLog","authenticationInfo":{"principalEmail":"alice@example.com"},"authorizationInfo":[{"granted":true,"permission":"io.k8s.core.v1.secrets.get","resource":"core/v1/namespaces/prod/secrets/db"}],"methodName":"io.k8s.core.v1.secrets.get","requestMetadata":{"callerIp":"10.2.3.4","callerSuppliedUserAgent":"kubectl/v1.36.3 (linux/amd64)"},"resourceName":"core/v1/namespaces/prod/secrets/db","serviceName":"k8s.io","status":{"code":0}},"timestamp":"2026-11-23T05:49:54.292662Z","labels":{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":"RBAC: allowed"},"operation":{"id":"925726e6-a56d-4428-b59d-d0298e784581","producer":"k8s.io","first":true,"last":true}}""";

    const string Row = """{"TimeGenerated":"2026-11-23T05:49:55Z","AuditId":"925726e6-a56d-4428-b59d-d0298e784581","Level":"Metadata","Stage":"ResponseComplete","Verb":"get","RequestUri":"/api/v1/namespaces/prod/secrets/db","User":"{\"username\":\"alice@example.com\",\"uid\":\"u-1\",\"groups\":[\"sre\",\"system:authenticated\"],\"extra\":{\"authentication.kubernetes.io/credential-id\":[\"X509SHA256=ab\"]}}","UserAgent":"kubectl/v1.36.3 (linux/amd64)","ObjectRef":{"resource":"secrets","namespace":"prod","name":"db","apiVersion":"v1"},"ResponseStatus":{"metadata":{},"code":200},"SourceIps":["10.2.3.4"],"Annotations":{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":"RBAC: allowed"},"RequestReceivedTime":"2026-11-23T05:49:54.292662Z","StageReceivedTime":"2026-11-23T05:49:54.295263Z","PodName":"kube-apiserver-1","Type":"AKSAudit"}""";

    static readonly string[] GkeUnknown = ["level", "user.groups", "requestReceivedTimestamp", "stageTimestamp"];

    /// <summary>Shape, document, and the fields that it cannot carry.</summary>
    static readonly (string Name, string Document, string[] Unknown)[] Shapes =
    [
        ("line of a log", Event, []),
        ("EventList", "{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/v1\",\"metadata\":{},\"items\":[" + Event.Replace("\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",", "", StringComparison.Ordinal) + "]}", []),
        ("array", "[" + Event + "]", []),
        ("AKS, text", Aks(Quoted), []),
        ("AKS, object", Aks(Event), []),
        ("AKS, cut", Aks(JsonSerializer.Serialize(Event[..Event.IndexOf("\"requestReceivedTimestamp", StringComparison.Ordinal)])),
            ["requestReceivedTimestamp", "stageTimestamp", "annotations.authorization.k8s.io/decision", "annotations.authorization.k8s.io/reason"]),
        ("Azure diagnostics row", "{\"Category\":\"kube-audit\",\"log_s\":" + Quoted + ",\"pod_s\":\"x\",\"TimeGenerated\":\"2026-11-23T05:49:55Z\"}", []),
        ("Azure resource-specific row", Row, []),
        ("CloudWatch subscription", CloudWatch, []),
        ("Lambda", "{\"awslogs\":{\"data\":\"" + Base64(CloudWatch) + "\"}}", []),
        ("Firehose", "{\"requestId\":\"r\",\"timestamp\":1,\"records\":[{\"data\":\"" + Base64(CloudWatch) + "\"}]}", []),
        ("Kinesis", "{\"Records\":[{\"kinesis\":{\"data\":\"" + Base64(CloudWatch) + "\"}}]}", []),
        ("GKE", Gke, GkeUnknown),
        ("GKE without flags of its operation", Gke.Replace(",\"first\":true,\"last\":true", "", StringComparison.Ordinal), ["stage", .. GkeUnknown]),
        ("GKE by Pub/Sub push", "{\"message\":{\"data\":\"" + Base64(Gke) + "\",\"messageId\":\"1\"},\"subscription\":\"s\"}", GkeUnknown),
        ("docker", "{\"log\":" + JsonSerializer.Serialize(Event + "\n") + ",\"stream\":\"stdout\",\"time\":\"2026-11-23T05:49:55Z\"}", []),
        ("container runtime", "2026-11-23T05:49:55.865426429Z stdout F " + Event, []),
        ("Vector", "{\"file\":\"/x\",\"message\":" + Quoted + ",\"source_type\":\"file\",\"timestamp\":\"2026-11-23T05:49:55Z\"}", []),
        ("Filebeat", "{\"@timestamp\":\"2026-11-23T05:49:55Z\",\"message\":" + Quoted + ",\"log\":{\"offset\":1},\"agent\":{}}", []),
        ("Logstash", "{\"@timestamp\":\"2026-11-23T05:49:55Z\",\"@version\":\"1\",\"event\":{\"original\":" + Quoted + "}}", []),
        ("Fluent Bit, parsed", "{\"time\":\"2026-11-23T05:49:55Z\",\"log\":" + Event + "}", []),
    ];

    public static TheoryData<string> Names => [.. Shapes.Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_field_is_the_same_or_unknown_where_the_shape_cannot_carry_it(string shape)
    {
        var (_, document, unknown) = Shapes.Single(s => s.Name == shape);
        var sink = CollectingSink.Of(document);
        Assert.Empty(sink.Bad);
        var audit = EnvelopeTests.Read(Assert.Single(sink.Events));
        var plain = EnvelopeTests.Read(Assert.Single(CollectingSink.Of(Event).Events));
        var expected = Fields.Select(f => f + ": " + (unknown.Contains(f) ? "unknown" : Say(plain, f)));
        Assert.Equal(expected, Fields.Select(f => f + ": " + Say(audit, f)));
        // As the journal has it, read without its envelope: the same.
        var journaled = new AuditEvent(new SymbolTable());
        Assert.True(journaled.TryRead(Encoding.UTF8.GetBytes(sink.Events[0].Json), new EventOrigin(0, 0, EnvelopeShape.Event, false), new ClusterFacts(), 0, out _));
        Assert.Equal(expected, Fields.Select(f => f + ": " + Say(journaled, f)));
    }

    static string Say(AuditEvent audit, string field)
    {
        Assert.True(AuditSchema.TryBind(field, out var path, out var problem), problem);
        var answer = audit.Get(path);
        return answer.Kind.ToString() switch
        {
            "Unknown" => "unknown",
            "Array" or "Object" => answer.Element.GetRawText(),
            var kind => $"{kind} {Encoding.UTF8.GetString(answer.Utf8)}",
        };
    }

    [Fact]
    public void An_envelope_that_names_the_API_server_tells_it()
    {
        Dictionary<string, string?> named = new()
        {
            ["AKS, text"] = "kube-apiserver-1", ["AKS, object"] = "kube-apiserver-1", ["Azure diagnostics row"] = "x", ["Azure resource-specific row"] = "kube-apiserver-1",
            ["CloudWatch subscription"] = "kube-apiserver-audit-abc", ["Firehose"] = "kube-apiserver-audit-abc", ["GKE"] = null, ["docker"] = null, ["EventList"] = null,
        };
        foreach (var (shape, server) in named) Assert.Equal(server, CollectingSink.Of(Shapes.Single(s => s.Name == shape).Document).Events.Single().Origin.ApiServer);
        var two = CollectingSink.Of("{\"records\":[" + string.Join(',', ((string[])["a", "b", "a"]).Select(pod => Aks(Quoted)["{\"records\":[".Length..^2].Replace("kube-apiserver-1", pod, StringComparison.Ordinal))) + "]}");
        Assert.Equal(["a", "b", "a"], two.Events.Select(e => e.Origin.ApiServer));
    }
}
