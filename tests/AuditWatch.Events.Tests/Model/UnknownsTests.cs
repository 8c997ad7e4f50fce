using Xunit;

namespace AuditWatch.Events.Tests.Model;

public sealed class UnknownsTests
{
    const string Body = """{"kind":"Pod","spec":{"hostNetwork":true,"containers":[{"name":"a","image":"x"}]}}""";

    [Theory]
    [InlineData("Metadata", "requestObject.spec.tls", "unknown(LevelTooLow)")]
    [InlineData("Metadata", "requestObject", "unknown(LevelTooLow)")]
    [InlineData("Metadata", "responseObject.spec.tls", "unknown(LevelTooLow)")]
    [InlineData("Request", "responseObject.spec.tls", "unknown(LevelTooLow)")]
    public void A_body_that_was_never_logged_is_unknown_rather_than_absent(string level, string path, string expected) =>
        Assert.Equal(expected, An.Event("create", "pods", level).Says(path));

    [Fact]
    public void A_path_that_a_recorded_body_does_not_have_is_absent()
    {
        var audit = An.Event("create", "pods", "Request").WithJson("requestObject", Body);
        Assert.Equal("absent", audit.Says("requestObject.spec.tls"));
        Assert.Equal("true", audit.Says("requestObject.spec.hostNetwork"));
        Assert.Equal("absent", An.Event("create", "pods").WithJson("requestObject", Body).WithJson("responseObject", Body).Says("responseObject.spec.tls"));
    }

    [Theory]
    [InlineData("requestObject.spec")]
    [InlineData("responseObject.spec")]
    [InlineData("responseStatus")]
    [InlineData("responseStatus.code")]
    [InlineData("responseStatus.message")]
    [InlineData("impersonatedUser.username")]
    [InlineData("authenticationMetadata.impersonationConstraint")]
    [InlineData("annotations.authorization.k8s.io/decision")]
    [InlineData("annotations.[authorization.k8s.io/reason]")]
    [InlineData("annotations.pod-security.kubernetes.io/audit-violations")]
    [InlineData("annotations")]
    [InlineData("aw.effective_user")]
    [InlineData("aw.effective_groups")]
    [InlineData("aw.impersonated")]
    [InlineData("aw.outcome")]
    [InlineData("aw.decision")]
    [InlineData("aw.pod.host_network")]
    [InlineData("aw.issued_cred_id")]
    public void What_comes_later_in_a_request_is_unknown_when_it_was_received(string path) =>
        Assert.Equal("unknown(StageNotSeen)", An.Event("create", "pods").AtRequestReceived().Says(path));

    [Theory]
    [InlineData("user.username", "alice")]
    [InlineData("objectRef.subresource", "absent")]
    [InlineData("annotations.authentication.k8s.io/legacy-token", "absent")]
    [InlineData("aw.real_user", "alice")]
    public void What_is_known_from_the_start_is_known_when_it_was_received(string path, string expected) =>
        Assert.Equal(expected, An.Event("create", "pods").AtRequestReceived().Says(path));

    [Theory]
    [InlineData("get")]
    [InlineData("list")]
    [InlineData("watch")]
    public void Reads_have_no_request_body_at_any_level_or_stage(string verb)
    {
        Assert.Equal("absent", An.Event(verb, "pods", "Metadata").Says("requestObject.spec"));
        Assert.Equal("absent", An.Event(verb, "pods").AtRequestReceived().Says("requestObject.spec"));
    }

    [Fact]
    public void Requests_about_no_resource_have_no_request_body() =>
        Assert.Equal("absent", An.Event("get", "x", "Metadata").With("objectRef", null).With("verb", "post").Says("requestObject.spec"));

    [Fact]
    public void A_watch_has_no_answer_object() => Assert.Equal("absent", An.Event("watch", "pods", "Metadata").Says("responseObject.spec"));

    [Fact]
    public void A_delete_may_have_no_body()
    {
        Assert.Equal("absent", An.Event("delete", "pods", "Request").Says("requestObject.propagationPolicy"));
        Assert.Equal("unknown(LevelTooLow)", An.Event("delete", "pods", "Metadata").Says("requestObject.propagationPolicy"));
    }

    [Fact]
    public void A_body_that_the_level_promises_and_that_is_not_there_was_cut_away()
    {
        Assert.Equal("unknown(Truncated)", An.Event("create", "pods").Annotated("audit.k8s.io/truncated", "true").Says("requestObject.spec"));
        Assert.Equal("unknown(Truncated)", An.Event("create", "pods").Annotated("audit.k8s.io/truncated", "true").Says("responseObject.spec"));
        Assert.Equal("unknown(Truncated)", An.Event("create", "pods").Says("requestObject.spec"));
    }

    [Fact]
    public void The_mark_of_truncation_alone_proves_nothing_while_the_body_is_there() =>
        Assert.Equal("absent", An.Event("create", "pods").WithJson("requestObject", Body).Annotated("audit.k8s.io/truncated", "true").Says("requestObject.spec.tls"));

    [Fact]
    public void A_request_refused_before_its_body_was_read_had_none()
    {
        Assert.Equal("absent", An.Event("create", "pods", "Request").With("responseStatus.code", 403).Annotated("authorization.k8s.io/decision", "forbid").Says("requestObject.spec"));
        Assert.Equal("absent", An.Event("create", "pods", "Request").With("responseStatus.code", 403).Says("aw.pod.host_network"));
    }

    [Fact]
    public void A_connection_has_no_bodies()
    {
        var exec = An.Event("create", "pods", "Metadata").With("objectRef.subresource", "exec").With("responseStatus.code", 101).With("stage", "ResponseStarted");
        Assert.Equal("absent", exec.Says("requestObject.command"));
        Assert.Equal("absent", exec.Says("responseObject.kind"));
    }

    [Fact]
    public void The_patch_of_a_webhook_is_not_annotated_at_Metadata()
    {
        Assert.Equal("unknown(LevelTooLow)", An.Event("create", "pods", "Metadata").Says("annotations.patch.webhook.admission.k8s.io/round_0_index_0"));
        Assert.Equal("absent", An.Event("create", "pods", "Metadata").Says("annotations.mutation.webhook.admission.k8s.io/round_0_index_0"));
    }

    [Theory]
    [InlineData("""{"spec":{"replicas":3}}""")]
    [InlineData("""[{"op":"replace","path":"/spec/replicas","value":3}]""")]
    public void A_patch_says_nothing_of_what_it_does_not_mention(string patch)
    {
        var audit = An.Event("patch", "deployments", "Request").With("responseStatus.code", 200).WithJson("requestObject", patch);
        Assert.Equal("3", audit.Says("requestObject.spec.replicas"));
        Assert.Equal("unknown(PatchFragment)", audit.Says("requestObject.spec.paused"));
        Assert.Equal("unknown(PatchFragment)", audit.Says("aw.pod.host_network"));
    }

    [Fact]
    public void The_answer_to_a_patch_can_tell_that_something_is_not_there_at_all()
    {
        var audit = An.Event("patch", "deployments").With("responseStatus.code", 200).WithJson("requestObject", """{"spec":{"replicas":3}}""").WithJson("responseObject", """{"kind":"Deployment","spec":{"replicas":3,"paused":true}}""");
        Assert.Equal("absent", audit.Says("requestObject.spec.tls"));
        // It is there, but this patch did not write it.
        Assert.Equal("unknown(PatchFragment)", audit.Says("requestObject.spec.paused"));
        Assert.Equal("unknown(PatchFragment)", audit.WithJson("responseObject", """{"kind":"Status","code":403}""").Says("requestObject.spec.tls"));
    }

    [Fact]
    public void An_apply_that_created_the_object_says_all_of_it()
    {
        var audit = An.Event("patch", "pods", "Request").With("responseStatus.code", 201).WithJson("requestObject", """{"kind":"Pod","spec":{"hostPID":true}}""");
        Assert.Equal(["absent", "true", "false"], new[] { "requestObject.spec.tls", "aw.pod.host_pid", "aw.pod.host_network" }.Select(audit.Says));
    }

    [Fact]
    public void In_a_cut_event_what_was_not_found_is_unknown()
    {
        var audit = An.Event("create", "pods").With("requestReceivedTimestamp", null).With("stageTimestamp", null).With("annotations", null).Cut();
        Assert.Equal("unknown(Truncated)", audit.Says("requestObject.spec"));
        Assert.Equal("unknown(Truncated)", audit.Says("annotations.authorization.k8s.io/decision"));
        Assert.Equal("unknown(Truncated)", audit.Says("stageTimestamp"));
        Assert.Equal("201", audit.Says("responseStatus.code"));
    }

    [Fact]
    public void In_a_cut_event_whose_members_stand_in_a_foreign_order_everything_missing_is_unknown()
    {
        var audit = An.Event("create", "pods").With("kind", null).With("kind", "Event").Cut();
        Assert.Equal("unknown(Truncated)", audit.Says("impersonatedUser.username"));
    }
}
