using System.Text;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using AuditWatch.Events.Tests.Envelopes;
using Xunit;

namespace AuditWatch.Events.Tests.Model;

public sealed class HostileEventTests
{
    static readonly string[] Seeds =
    [
        An.Event("patch", "deployments").WithJson("requestObject", """[{"op":"add","path":"/spec/template/spec/containers/0","value":{"image":"\ud83d\ude00\n"}},{"op":"remove","path":"/a~1b"}]""")
            .WithJson("responseObject", """{"kind":"Deployment","metadata":{"name":"a"},"spec":{"template":{"metadata":{"labels":{"a.b":"c"}},"spec":{"containers":[{"name":"x","ports":[{"p":1}]}],"volumes":[{"hostPath":{"path":"/"}}]}}}}""").Json,
        An.Event("get", "pods", "Metadata").With("objectRef.subresource", "exec").With("requestURI", "/api/v1/namespaces/a/pods/b/exec?command=sh&command=%2Fbin%2&limit=5&dryRun").WithJson("impersonatedUser", """{"username":"system:serviceaccount:a:b","groups":["x"],"extra":{"k":["v"]}}""").Json,
        An.Event("create", "certificatesigningrequests", "Request").With("requestObject", new { spec = new { request = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIWE1INENBUUF3SERFYU1CZ0dBMVVFQXd3UgotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0=" } }).Json,
    ];

    static readonly FieldPath[] Paths =
    [
        .. new[] { "requestObject.spec.template.spec.containers.image", "responseObject.metadata.labels.a.b", "annotations.authorization.k8s.io/decision", "user.extra.authentication.kubernetes.io/credential-id", "user", "impersonatedUser.extra.k", "responseStatus.details.causes.reason", "sourceIPs[0]", "requestObject", "objectRef", "responseObject.spec.template.spec.containers[0].ports.p" }
            .Concat(DerivedFields.ByName.Keys).Select(p => AuditSchema.TryBind(p, out var field, out _) ? field : throw new InvalidOperationException(p)),
    ];

    [Fact]
    public void No_change_of_a_few_bytes_makes_a_lookup_throw()
    {
        var random = new Random(20261125);
        var audit = new AuditEvent(new SymbolTable());
        var read = 0;
        for (var round = 0; round < 6000; round++)
        {
            var json = Encoding.UTF8.GetBytes(Seeds[random.Next(Seeds.Length)]);
            for (var changes = random.Next(1, 6); changes > 0; changes--)
                json[random.Next(json.Length)] = "\"\\{}[],:.0-u9ae/tn "u8[random.Next(19)];
            if (!audit.TryRead(json, new EventOrigin(1, 0, EnvelopeShape.Event, random.Next(2) == 0), new ClusterFacts(), 1, out _)) continue;
            read++;
            foreach (var path in Paths) Touch(audit.Get(path));
            _ = (audit.Outcome, audit.TimeMicros, audit.AgentVersion, audit.ClientIp, audit.UserGroups, audit.Name, audit.IsDryRun, audit.EffectiveUser);
        }

        Assert.True(read > 500, $"{read} still scanned");
    }

    static void Touch(FieldAnswer answer)
    {
        Assert.True(Enum.IsDefined(answer.Kind));
        Assert.Equal(answer.Kind == AnswerKind.Unknown, answer.Why != UnknownReason.None);
        if (answer.Kind is AnswerKind.Array or AnswerKind.Object) Assert.NotEmpty(answer.Element.GetRawText());
    }

    static readonly string Quoted = System.Text.Json.JsonSerializer.Serialize(Seeds[1]);

    static readonly string[] Documents =
    [
        "{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/v1\",\"metadata\":{},\"items\":[" + string.Join(",", Seeds) + "]}",
        "{\"records\":[{\"category\":\"kube-audit\",\"properties\":{\"log\":" + Quoted + "},\"time\":\"2025-10-07T16:19:19.647880072Z\"},{\"category\":\"kube-audit\",\"properties\":{\"log\":" + Seeds[0] + "}}]}",
        "{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[{\"timestamp\":1736000000000,\"message\":" + Quoted + "}],\"logStream\":\"kube-apiserver-audit-1\"}",
        "{\"log\":" + Quoted + ",\"time\":\"2025-10-07T16:19:19.647880072Z\"}",
        "[" + string.Join(",", Seeds) + "]",
        "{\"Category\":\"kube-audit\",\"log_s\":" + Quoted + "}",
        "{\"protoPayload\":{\"authenticationInfo\":{},\"methodName\":\"io.k8s.core.v1.pods.create\",\"resourceName\":\"core/v1/namespaces/a/pods/b\",\"serviceName\":\"k8s.io\",\"request\":{\"@type\":\"core.k8s.io/v1.Pod\"}},\"operation\":{\"id\":\"1\"}}",
        "2019-01-07T02:22:46.865426429Z stdout F " + Seeds[2],
    ];

    [Fact]
    public void Every_beginning_of_every_envelope_is_an_event_or_a_bad_record()
    {
        foreach (var document in Documents)
        {
            var json = Encoding.UTF8.GetBytes(document);
            for (var length = 1; length < json.Length; length++)
            {
                var sink = new CollectingSink();
                new EventUnwrapper().Unwrap(json.AsMemory(0, length), 1, sink);
                Assert.True(sink.Events.Count + sink.Bad.Count > 0, document[..length]);
            }
        }
    }

    [Fact]
    public void No_change_of_a_few_bytes_makes_unwrapping_throw_or_lose_a_record_silently()
    {
        var random = new Random(77);
        for (var round = 0; round < 6000; round++)
        {
            var json = Encoding.UTF8.GetBytes(Documents[random.Next(Documents.Length)]);
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                json[random.Next(json.Length)] = "\"\\{}[],:.0-u9ae/tn "u8[random.Next(19)];
            var sink = new CollectingSink();
            if (random.Next(4) == 0) json = json[..random.Next(json.Length)];
            new EventUnwrapper().Unwrap(json, 1, sink);
            Assert.True(sink.Events.Count + sink.Bad.Count + sink.Dropped.Count > 0 || json.AsSpan().Trim((byte)' ').IsEmpty || IsEmptyArray(json), Encoding.UTF8.GetString(json));
        }
    }

    // A change may have made the list an empty one, or hidden its key.
    static bool IsEmptyArray(byte[] json) => Encoding.UTF8.GetString(json).Contains("[]", StringComparison.Ordinal);
}
