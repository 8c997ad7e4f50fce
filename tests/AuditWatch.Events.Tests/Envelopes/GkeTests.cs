using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using Xunit;

namespace AuditWatch.Events.Tests.Envelopes;

public sealed class GkeTests
{
    const string Health = """{"protoPayload":{"@type":"type.googleapis.com/google.cloud.audit.AuditLog","authenticationInfo":{"principalEmail":"system:gke-master-healthcheck"},"authorizationInfo":[{"granted":true,"permission":"io.k8s.get","resource":"readyz"}],"methodName":"io.k8s.get","requestMetadata":{"callerIp":"67.43.156.1","callerSuppliedUserAgent":"gke-master-healthcheck"},"resourceName":"readyz","serviceName":"k8s.io","status":{"code":0}},"insertId":"1234abcd","resource":{"type":"k8s_cluster","labels":{"cluster_name":"test-cluster","location":"us-central1","project_id":"elastic-siem"}},"timestamp":"2025-07-13T08:38:39.127266Z","labels":{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":"RBAC: …"},"logName":"projects/elastic-siem/logs/cloudaudit.googleapis.com%2Fdata_access","operation":{"id":"1234abcd","producer":"k8s.io","first":true,"last":true},"receiveTimestamp":"2025-07-13T08:38:41.005864307Z"}""";

    static string Entry(string method, string resource, int code, string more = "") =>
        "{\"protoPayload\":{\"authenticationInfo\":{\"principalEmail\":\"bob@example.com\"},\"methodName\":\"" + method + "\",\"requestMetadata\":{\"callerIp\":\"1.2.3.4\"},\"resourceName\":\"" + resource
        + "\",\"serviceName\":\"k8s.io\",\"status\":{\"code\":" + code + "}" + more + "},\"timestamp\":\"2025-07-13T08:38:39.127266Z\",\"operation\":{\"id\":\"op-1\"}}";

    static AuditEvent Read(string entry)
    {
        var sink = CollectingSink.Of(entry);
        Assert.Empty(sink.Bad);
        return EnvelopeTests.Read(Assert.Single(sink.Events));
    }

    [Fact]
    public void A_request_that_is_about_no_resource_has_its_path()
    {
        var audit = Read(Health);
        Assert.Equal(("1234abcd", "get", "/readyz", "system:gke-master-healthcheck", "67.43.156.1"), (audit.AuditId, audit.Verb, audit.RequestUri, audit.UserName, audit.ClientIp));
        Assert.Equal((200, "allow", null), (audit.ResponseCode, audit.Annotation("authorization.k8s.io/decision"), audit.Resource));
        Assert.Equal((TimeSource.Envelope, EnvelopeShape.Gke), (audit.TimeSource, audit.Origin.Shape));
        Assert.Equal(1752395919127266, audit.TimeMicros);
    }

    [Theory]
    [InlineData("io.k8s.core.v1.pods.create", "core/v1/namespaces/prod/pods/web", "create", "pods", null, "prod", "web", "", "/api/v1/namespaces/prod/pods/web", 201)]
    [InlineData("io.k8s.core.v1.pods.exec.create", "core/v1/namespaces/prod/pods/web/exec", "create", "pods", "exec", "prod", "web", "", "/api/v1/namespaces/prod/pods/web/exec", 101)]
    [InlineData("io.k8s.core.v1.secrets.list", "core/v1/secrets", "list", "secrets", null, null, null, "", "/api/v1/secrets", 200)]
    [InlineData("io.k8s.core.v1.namespaces.create", "core/v1/namespaces/prod", "create", "namespaces", null, "prod", "prod", "", "/api/v1/namespaces/prod", 201)]
    [InlineData("io.k8s.core.v1.namespaces.finalize.update", "core/v1/namespaces/prod/finalize", "update", "namespaces", "finalize", "prod", "prod", "", "/api/v1/namespaces/prod/finalize", 200)]
    [InlineData("io.k8s.authorization.rbac.v1.clusterrolebindings.create", "rbac.authorization.k8s.io/v1/clusterrolebindings/x", "create", "clusterrolebindings", null, null, "x", "rbac.authorization.k8s.io", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/x", 201)]
    [InlineData("io.k8s.core.v1.nodes.proxy.get", "core/v1/nodes/n1/proxy/pods", "get", "nodes", "proxy/pods", null, "n1", "", "/api/v1/nodes/n1/proxy/pods", 200)]
    public void Method_and_resource_name_say_what_was_called(string method, string name, string verb, string resource, string? sub, string? ns, string? objectName, string group, string uri, int code)
    {
        var audit = Read(Entry(method, name, 0));
        Assert.Equal((verb, resource, ns, objectName, group, uri, code), (audit.Verb, audit.Resource, audit.Namespace, audit.Name, audit.ApiGroup, audit.RequestUri, audit.ResponseCode));
        Assert.Equal(sub?.Split('/')[0], audit.Subresource);
    }

    [Theory]
    [InlineData(5, 404, Outcome.Failure)]
    [InlineData(6, 409, Outcome.Failure)]
    [InlineData(7, 403, Outcome.Denied)]
    [InlineData(16, 401, Outcome.Denied)]
    [InlineData(0, 200, Outcome.Success)]
    public void Codes_of_gRPC_become_those_of_HTTP(int grpc, int http, Outcome outcome)
    {
        var audit = Read(Entry("io.k8s.core.v1.secrets.get", "core/v1/namespaces/a/secrets/b", grpc));
        Assert.Equal((http, outcome), (audit.ResponseCode, audit.Outcome));
    }

    [Fact]
    public void Request_and_response_become_the_bodies_and_set_the_level()
    {
        var audit = Read(Entry("io.k8s.core.v1.pods.create", "core/v1/namespaces/a/pods/b", 0, ",\"request\":{\"@type\":\"core.k8s.io/v1.Pod\",\"spec\":{\"hostNetwork\":true,\"containers\":[{\"image\":\"x\"}]}}"));
        Assert.Equal(AuditLevel.Request, audit.Level);
        Assert.True(AuditSchema.TryBind("aw.pod.host_network", out var field, out _));
        Assert.Equal(AnswerKind.True, audit.Get(field).Kind);
        Assert.True(AuditSchema.TryBind("responseObject.kind", out field, out _));
        Assert.Equal(UnknownReason.LevelTooLow, audit.Get(field).Why);
    }

    static DerivedState Ask(AuditEvent audit, string name)
    {
        Assert.True(AuditSchema.TryBind(name, out var field, out _));
        var answer = audit.Get(field);
        return new DerivedState(answer.Kind, answer.Why);
    }

    readonly record struct DerivedState(AnswerKind Kind, UnknownReason Why);

    [Theory]
    [InlineData("io.k8s.core.v1.pods.exec.create", "core/v1/namespaces/a/pods/b/exec", "aw.exec.command", "aw.exec.command_line", "aw.exec.container", "aw.exec.stdin", "aw.exec.tty")]
    [InlineData("io.k8s.core.v1.nodes.proxy.create", "core/v1/nodes/n1/proxy", "aw.exec.command", "aw.proxy.path")]
    [InlineData("io.k8s.core.v1.secrets.list", "core/v1/secrets", "aw.label_selector", "aw.field_selector", "aw.limit", "aw.xff_present", "aw.source_ips_all")]
    public void What_would_stand_in_the_query_is_unknown_rather_than_absent(string method, string resource, params string[] fields)
    {
        foreach (var field in fields)
            Assert.Equal((field, new DerivedState(AnswerKind.Unknown, UnknownReason.LevelTooLow)), (field, Ask(Read(Entry(method, resource, 0)), field)));
    }

    [Fact]
    public void A_command_in_a_label_is_told()
    {
        var exec = Entry("io.k8s.core.v1.pods.exec.create", "core/v1/namespaces/a/pods/b/exec", 0).Replace("\"operation\"", "\"labels\":{\"command.gke.io/command\":\"cat /etc/shadow\"},\"operation\"");
        Assert.Equal(AnswerKind.Text, Ask(Read(exec), "aw.exec.command_line").Kind);
        Assert.Equal(AnswerKind.Unknown, Ask(Read(exec), "aw.exec.tty").Kind);
    }

    [Theory]
    [InlineData("PERMISSION_DENIED", AnswerKind.Unknown)]
    [InlineData("pods is forbidden", AnswerKind.Text)]
    public void The_code_in_words_is_no_message_of_Kubernetes(string message, AnswerKind kind) =>
        Assert.Equal(kind, Ask(Read(Entry("io.k8s.core.v1.pods.create", "core/v1/namespaces/a/pods/b", 7).Replace("\"code\":7", "\"code\":7,\"message\":\"" + message + "\"")), "responseStatus.message").Kind);

    [Fact]
    public void A_refusal_without_a_message_does_not_say_that_it_had_none()
    {
        Assert.Equal(AnswerKind.Unknown, Ask(Read(Entry("io.k8s.core.v1.pods.create", "core/v1/namespaces/a/pods/b", 7)), "responseStatus.message").Kind);
        Assert.Equal(AnswerKind.Absent, Ask(Read(Entry("io.k8s.core.v1.pods.create", "core/v1/namespaces/a/pods/b", 0)), "responseStatus.message").Kind);
    }

    [Fact]
    public void Calls_of_the_cluster_service_itself_are_counted_and_dropped() =>
        Assert.Equal(["container.googleapis.com"], CollectingSink.Of(Health.Replace("\"serviceName\":\"k8s.io\"", "\"serviceName\":\"container.googleapis.com\"")).Dropped);

    [Fact]
    public void An_entry_pushed_by_PubSub_is_unpacked()
    {
        var push = "{\"message\":{\"attributes\":{},\"data\":\"" + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Health)) + "\",\"messageId\":\"1\"},\"subscription\":\"projects/p/subscriptions/s\"}";
        Assert.Equal("1234abcd", Read(push).AuditId);
    }
}
