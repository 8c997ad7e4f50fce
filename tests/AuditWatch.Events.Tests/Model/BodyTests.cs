using System.Text;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using Xunit;

namespace AuditWatch.Events.Tests.Model;

public sealed class BodyTests
{
    static AuditEvent Read(string json)
    {
        var audit = new AuditEvent(new SymbolTable());
        Assert.True(audit.TryRead(Encoding.UTF8.GetBytes(json), new EventOrigin(1, 0, EnvelopeShape.Event, false), new ClusterFacts(), 1, out var error), error.ToString());
        return audit;
    }

    static string WithBody(string body) => """{"level":"Request","auditID":"x","stage":"ResponseComplete","verb":"create","objectRef":{"resource":"pods"},"requestObject":""" + body + "}";

    [Fact]
    public void A_fault_in_a_body_is_unknown_and_counted_when_somebody_opens_it()
    {
        var audit = Read(WithBody("""{"spec":{"a":tru}}"""));
        Assert.Equal(0, audit.MalformedBodies);
        Assert.Equal("unknown(Malformed)", An.Says(audit, "requestObject.spec.a"));
        Assert.Equal("unknown(Malformed)", An.Says(audit, "aw.pod.host_network"));
        Assert.Equal("unknown(Malformed)", An.Says(audit, "requestObject"));
        Assert.Equal(1, audit.MalformedBodies);
    }

    [Fact]
    public void Keys_with_half_a_surrogate_do_not_harm()
    {
        var audit = Read(WithBody("""{"\ud800":1,"sp\u0065c":{"host\ud83d\ude00":"\ud800x\n"}}"""));
        Assert.Equal("\ufffdx\n", An.Says(audit, "requestObject.spec.host😀"));
        Assert.Equal("1", An.Says(audit, "requestObject.\ufffd"));
    }

    [Fact]
    public void The_last_of_two_equal_keys_counts() => Assert.Equal("2", An.Says(Read(WithBody("""{"a":1,"a":2}""")), "requestObject.a"));

    [Fact]
    public void Keys_that_contain_dots_are_tried_longest_first_and_given_up_when_the_rest_does_not_follow()
    {
        var audit = Read(WithBody("""{"a.b":{"x":1},"a":{"b":{"c":2,"d.e":3},"b.c":4}}"""));
        Assert.Equal("1", An.Says(audit, "requestObject.a.b.x"));
        Assert.Equal("4", An.Says(audit, "requestObject.a.b.c"));
        Assert.Equal("3", An.Says(audit, "requestObject.a.b.d.e"));
        Assert.Equal("2", An.Says(audit, "requestObject.a.[b].c"));
        Assert.Equal("1", An.Says(audit, "requestObject.[a.b].x"));
        Assert.Equal("absent", An.Says(audit, "requestObject.[a.b].c"));
    }

    [Fact]
    public void A_path_through_arrays_answers_with_all_values_laid_flat()
    {
        var audit = Read(WithBody("""{"rules":[{"verbs":["get","list"],"n":[[1],[2,[3]]]},{"verbs":["*"]},{"other":1}],"spec":{"containers":[{"image":"a","ports":[{"p":1}]},{"image":"b","ports":[{"p":2},{"p":3}]}]}}"""));
        Assert.Equal("""["get","list","*"]""", An.Says(audit, "requestObject.rules.verbs"));
        Assert.Equal("[1,2,3]", An.Says(audit, "requestObject.rules.n"));
        Assert.Equal("""["a","b"]""", An.Says(audit, "requestObject.spec.containers.image"));
        Assert.Equal("[1,2,3]", An.Says(audit, "requestObject.spec.containers.ports.p"));
        Assert.Equal("absent", An.Says(audit, "requestObject.spec.containers.securityContext"));
        Assert.Equal("\"b\"", "\"" + An.Says(audit, "requestObject.spec.containers[1].image") + "\"");
        Assert.Equal("[2,3]", An.Says(audit, "requestObject.spec.containers[-1].ports.p"));
        Assert.Equal("absent", An.Says(audit, "requestObject.spec.containers[2].image"));
    }

    [Fact]
    public void Values_keep_their_kind()
    {
        var audit = Read(WithBody("""{"t":true,"f":false,"n":null,"i":1.50e3,"s":"x","e":"","o":{"a":1},"l":[]}"""));
        Assert.Equal(["true", "false", "null", "1.50e3", "x", "", """{"a":1}""", "[]"], "tfniseol".Select(c => An.Says(audit, "requestObject." + c)));
    }

    [Fact]
    public void An_instance_forgets_the_event_before()
    {
        var audit = new AuditEvent(new SymbolTable());
        string[] paths = ["requestObject.spec.x", "aw.pod.containers.image", "aw.name", "aw.effective_user", "aw.client_ip", "aw.exec.command", "user.groups", "requestURI", "aw.ua.product", "aw.csr.subject.cn", "requestObject.a.b"];
        string[] events =
        [
            An.Event("create", "pods").WithJson("requestObject", """{"spec":{"x":1,"containers":[{"image":"i"}]}}""").Json,
            An.Event("patch", "deployments", "Request").WithJson("requestObject", """[{"op":"add","path":"/a/b","value":"\u0041"}]""").Json,
            An.Event("get", "pods").With("objectRef.subresource", "exec").With("requestURI", "/api/v1/namespaces/a/pods/b/exec?command=id&command=-u").With("userAgent", null).Json,
            An.Event("get", "secrets", "Metadata").With("sourceIPs", null).With("user", new { }).With("requestURI", "/a\"b").Json,
        ];
        var random = new Random(5);
        for (var i = 0; i < 400; i++)
        {
            var json = events[random.Next(events.Length)];
            Assert.True(audit.TryRead(Encoding.UTF8.GetBytes(json), new EventOrigin(1, 0, EnvelopeShape.Event, false), new ClusterFacts(), 1, out _));
            var path = paths[random.Next(paths.Length)];
            Assert.Equal(An.Says(Read(json), path), An.Says(audit, path));
        }
    }
}
