using System.Text;
using System.Text.Json;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using Xunit;

namespace AuditWatch.Events.Tests.Envelopes;

public sealed class CutEventTests
{
    const string Whole = """{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"RequestResponse","auditID":"a-1","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/prod/secrets","verb":"create","user":{"username":"mallory","groups":["devs"]},"sourceIPs":["10.0.0.1"],"userAgent":"curl/8","objectRef":{"resource":"secrets","namespace":"prod","apiVersion":"v1"},"responseStatus":{"metadata":{},"code":201},"requestObject":{"kind":"Secret","data":{"a":"b"}},"responseObject":{"kind":"Secret"},"requestReceivedTimestamp":"2026-11-23T05:49:54.292662Z","stageTimestamp":"2026-11-23T05:49:54.295263Z","annotations":{"authorization.k8s.io/decision":"allow"}}""";

    static CollectingSink Aks(string log) => CollectingSink.Of("{\"records\":[{\"category\":\"kube-audit\",\"properties\":{\"log\":" + JsonSerializer.Serialize(log) + "},\"time\":\"2025-10-07T16:19:19.647880072Z\"}]}");

    [Fact]
    public void An_event_cut_in_its_body_keeps_what_was_written_before()
    {
        var sink = Aks(Whole[..(Whole.IndexOf("\"data\"", StringComparison.Ordinal) + 3)]);
        Assert.Empty(sink.Bad);
        var found = Assert.Single(sink.Events);
        Assert.True(found.Origin.IsCut);
        using (JsonDocument.Parse(found.Json)) { }
        var audit = EnvelopeTests.Read(found);
        Assert.Equal(("mallory", "secrets", "prod", 201, "create"), (audit.UserName, audit.Resource, audit.Namespace, audit.ResponseCode, audit.Verb));
        Assert.Equal(TimeSource.Envelope, audit.TimeSource);
        Assert.Equal(new DateTime(2025, 10, 7, 16, 19, 19, DateTimeKind.Utc).AddTicks(6478800), DateTime.UnixEpoch.AddTicks(audit.TimeMicros * 10));
    }

    [Fact]
    public void What_was_cut_off_is_unknown_and_what_was_not_is_absent()
    {
        var audit = EnvelopeTests.Read(Assert.Single(Aks(Whole[..(Whole.IndexOf("\"data\"", StringComparison.Ordinal) + 3)]).Events));
        Assert.Equal(UnknownReason.Truncated, Why(audit, "requestObject.data.a"));
        Assert.Equal(UnknownReason.Truncated, Why(audit, "responseObject.kind"));
        Assert.Equal(UnknownReason.Truncated, Why(audit, "stageTimestamp"));
        Assert.Equal(UnknownReason.Truncated, Why(audit, "annotations.authorization.k8s.io/decision"));
        Assert.Equal(UnknownReason.Truncated, Why(audit, "aw.decision"));
        // Kubernetes writes these before the body: they were not there.
        Assert.Equal(AnswerKind.Absent, Get(audit, "impersonatedUser.username"));
        Assert.Equal(AnswerKind.Absent, Get(audit, "objectRef.subresource"));
        Assert.Equal(AnswerKind.Text, Get(audit, "aw.effective_user"));
    }

    [Fact]
    public void A_reader_of_the_journal_knows_the_cut_without_its_envelope()
    {
        var found = Assert.Single(Aks(Whole[..(Whole.IndexOf("\"data\"", StringComparison.Ordinal) + 3)]).Events);
        var audit = EnvelopeTests.Read((found.Json, new EventOrigin(1, 0, EnvelopeShape.Event, false)));
        Assert.True(audit.Origin.IsCut);
        Assert.Equal(TimeSource.Envelope, audit.TimeSource);
        Assert.Equal(UnknownReason.Truncated, Why(audit, "requestObject.data.a"));
    }

    [Fact]
    public void Wherever_it_is_cut_it_is_salvaged_or_reported_but_never_wrong()
    {
        var salvaged = 0;
        for (var length = 1; length < Whole.Length; length++)
        {
            var sink = Aks(Whole[..length]);
            Assert.Equal(1, sink.Events.Count + sink.Bad.Count);
            if (sink.Events.Count == 0) continue;
            salvaged++;
            using var cut = JsonDocument.Parse(sink.Events[0].Json);
            using var whole = JsonDocument.Parse(Whole);
            foreach (var member in cut.RootElement.EnumerateObject().Where(m => m.Name != "auditwatch.io/origin"))
                Assert.True(IsPartOf(member.Value, whole.RootElement.GetProperty(member.Name)), $"{length}: {member.Name}");
        }

        Assert.True(salvaged > Whole.Length * 3 / 4);
    }

    static bool IsPartOf(JsonElement part, JsonElement whole) => part.ValueKind switch
    {
        JsonValueKind.Object => whole.ValueKind == JsonValueKind.Object && part.EnumerateObject().All(m => whole.TryGetProperty(m.Name, out var value) && IsPartOf(m.Value, value)),
        JsonValueKind.Array => whole.ValueKind == JsonValueKind.Array && part.EnumerateArray().Index().All(i => IsPartOf(i.Item, whole[i.Index])),
        _ => JsonElement.DeepEquals(part, whole),
    };

    [Fact]
    public void Of_the_body_in_which_it_was_cut_the_complete_parts_are_kept()
    {
        const string body = """{"kind":"Pod","spec":{"hostPID":true,"containers":[{"name":"a","image":"x"},{"name":"b","image":"y","securityContext":{"privileged":true,"runAs""";
        var audit = EnvelopeTests.Read(Assert.Single(Aks(Whole[..Whole.IndexOf("{\"kind\":\"Secret\"", StringComparison.Ordinal)].Replace("secrets", "pods") + body).Events));
        Assert.Equal(AnswerKind.True, Get(audit, "aw.pod.host_pid"));
        Assert.Equal(AnswerKind.Array, Get(audit, "aw.pod.containers.securityContext.privileged"));
        Assert.Equal(UnknownReason.Truncated, Why(audit, "requestObject.spec.hostNetwork"));
        Assert.Equal(UnknownReason.Truncated, Why(audit, "aw.pod.host_network"));
        Assert.Equal(UnknownReason.Truncated, Why(audit, "aw.pod.containers.securityContext.runAsUser"));
    }

    [Fact]
    public void Secrets_in_what_is_left_are_cleaned_and_the_mark_stays()
    {
        const string body = """{"kind":"Secret","apiVersion":"v1","data":{"password":"RkFLRS1zZWNyZXQtMQ==","second":"RkFLRS1zZWN""";
        var found = Assert.Single(Aks(Whole[..Whole.IndexOf("{\"kind\":\"Secret\"", StringComparison.Ordinal)] + body).Events);
        Assert.Contains("RkFLRS1zZWNyZXQtMQ==", found.Json, StringComparison.Ordinal);
        var audit = EnvelopeTests.Read(found);
        var cleaned = new System.Buffers.ArrayBufferWriter<byte>();
        Assert.True(new AuditWatch.Events.Redaction.Redactor(default, new AuditWatch.Events.Redaction.RedactionOptions()).TryClean(audit.Utf8.Span, audit.Ranges, cleaned));
        var text = Encoding.UTF8.GetString(cleaned.WrittenSpan);
        Assert.DoesNotContain("RkFLRS", text, StringComparison.Ordinal);
        Assert.True(EnvelopeTests.Read((text, new EventOrigin(1, 0, EnvelopeShape.Event, false))).Origin.IsCut);
    }

    [Fact]
    public void Annotations_before_the_cut_are_kept_and_others_are_unknown()
    {
        var cut = Whole.Replace("\"annotations\":{", "\"annotations\":{\"authorization.k8s.io/decision\":\"allow\",\"k8s.io/deprecated\":\"tr");
        var audit = EnvelopeTests.Read(Assert.Single(Aks(cut[..(cut.IndexOf("deprecated", StringComparison.Ordinal) + 14)]).Events));
        Assert.Equal("allow", audit.Annotation("authorization.k8s.io/decision"));
        Assert.Equal(UnknownReason.Truncated, Why(audit, "annotations.k8s.io/deprecated"));
        Assert.Equal(AnswerKind.Absent, Get(audit, "requestObject.tls"));
    }

    [Fact]
    public void An_EKS_event_says_itself_that_it_was_cut_even_without_envelope()
    {
        var sink = CollectingSink.Of(Whole[..(Whole.IndexOf("\"data\"", StringComparison.Ordinal) + 3)] + "[Truncated...]");
        Assert.True(Assert.Single(sink.Events).Origin.IsCut);
    }

    [Fact]
    public void A_torn_line_outside_any_envelope_is_malformed() => Assert.Equal("malformed-json", Assert.Single(CollectingSink.Of(Whole[..400]).Bad).Reason);

    [Theory]
    [InlineData("""{"auditID":"x","stage":"Panic","annotations":{"a":"b","auditwatch.io/origin":{"cut":true,"time":5}}}""")]
    [InlineData("""{"auditID":"x","stage":"Panic","annotations":{"a":"\"auditwatch.io/origin\":{\"cut\":true,\"time\":5}}"}}""")]
    [InlineData("""{"auditID":"x","stage":"Panic","user":{"extra":{"auditwatch.io/origin":["{\"cut\":true,\"time\":5}"]}}}""")]
    public void Nobody_can_forge_the_mark_from_inside_an_event(string json)
    {
        Assert.False(EventMark.TryRead(Encoding.UTF8.GetBytes(json), out _, out _, out _));
    }

    [Fact]
    public void A_body_that_was_too_big_for_AKS_is_unknown()
    {
        var audit = EnvelopeTests.Read(Assert.Single(Aks(Whole.Replace("""{"kind":"Secret","data":{"a":"b"}}""", "\"skipped-too-big-size-object\"")).Events));
        Assert.Equal(UnknownReason.Truncated, Why(audit, "requestObject.data.a"));
        Assert.Equal(UnknownReason.Truncated, Why(audit, "requestObject"));
        Assert.Equal(AnswerKind.Text, Get(audit, "responseObject.kind"));
    }

    static AnswerKind Get(AuditEvent audit, string path) => audit.Get(Bind(path)).Kind;

    static UnknownReason Why(AuditEvent audit, string path) => audit.Get(Bind(path)).Why;

    static FieldPath Bind(string path) => AuditSchema.TryBind(path, out var field, out var problem) ? field : throw new InvalidOperationException(problem);
}
