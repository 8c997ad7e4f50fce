using System.Net;
using System.Text;
using System.Text.Json;
using AuditWatch.Events.Ecs;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using AuditWatch.Events.Tests.Model;
using Xunit;

namespace AuditWatch.Events.Tests.Ecs;

public sealed class EcsDocumentTests
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    [Fact]
    public void A_document_has_what_Elastics_integration_writes_and_keeps_the_events_own_strings()
    {
        var document = Documents.Of(An.Event("create", "clusterrolebindings").WithJson("requestObject", """{"roleRef":{"name":"cluster-admin"},"subjects":[{"kind":"User","name":"bob"}]}""").Json, out var dropped);
        Assert.Empty(dropped);
        Assert.Equal("2026-11-23T05:49:54.295263Z", document.At("@timestamp")!.Value.GetString());
        Assert.Equal("kubernetes.audit_logs", document.At("data_stream>dataset")!.Value.GetString());
        Assert.Equal("prod", document.At("data_stream>namespace")!.Value.GetString());
        Assert.Equal("kubernetes.audit_logs", document.At("event>dataset")!.Value.GetString());
        Assert.Equal("create", document.At("event>action")!.Value.GetString());
        Assert.Equal("success", document.At("event>outcome")!.Value.GetString());
        Assert.Equal(new EventId(255).ToString(), document.At("event>id")!.Value.GetString());
        Assert.Equal(2_601_000, document.At("event>duration")!.Value.GetInt64());
        Assert.Equal("""["api","iam"]""", document.At("event>category")!.Value.GetRawText());
        Assert.Equal("""["creation","allowed"]""", document.At("event>type")!.Value.GetRawText());
        Assert.Equal("alice", document.At("user>name")!.Value.GetString());
        Assert.Equal("""["10.1.2.3"]""", document.At("source>ip")!.Value.GetRawText());
        Assert.Equal("""["alice","u-1"]""", document.At("related>user")!.Value.GetRawText());
        Assert.Equal("prod-eu", document.At("orchestrator>cluster>name")!.Value.GetString());
        Assert.Equal(201, document.At("http>response>status_code")!.Value.GetInt32());
        Assert.Equal("allow", document.At("kubernetes>audit>annotations>authorization_k8s_io/decision")!.Value.GetString());
        Assert.Equal("RBAC: allowed by ClusterRoleBinding \"x\"", document.At("kubernetes>audit>annotations>authorization_k8s_io/reason")!.Value.GetString());
        Assert.Equal("cluster-admin", document.At("kubernetes>audit>requestObject>roleRef>name")!.Value.GetString());
        Assert.Equal("X509SHA256=ab12", document.At("kubernetes>audit>user>extra>authentication.kubernetes.io/credential-id")!.Value[0].GetString());
        Assert.Equal("X509SHA256=ab12", document.At("auditwatch>credential_id")!.Value.GetString());
        Assert.Equal("""{"segment":3,"frame":4,"index":5}""", document.At("auditwatch>journal")!.Value.GetRawText());
    }

    [Fact]
    public void An_allowed_request_that_failed_is_a_success_to_Elastic_and_a_failure_to_us()
    {
        var document = Documents.Of(An.Event("create", "pods").With("responseStatus.code", 409).Json, out _);
        Assert.Equal("success", document.At("event>outcome")!.Value.GetString());
        Assert.Equal("failure", document.At("auditwatch>outcome")!.Value.GetString());
    }

    [Theory]
    [InlineData("requestObject", "\"skipped-too-big-size-object\"", "kubernetes.audit.requestObject")]
    [InlineData("requestObject", """{"spec":{"hostNetwork":"yes","containers":[{"name":"a"}]}}""", "kubernetes.audit.requestObject.spec.hostNetwork")]
    [InlineData("requestObject", """{"spec":"x"}""", "kubernetes.audit.requestObject.spec")]
    [InlineData("requestObject", """{"spec":{"containers":[{"name":"a"},"b"]}}""", "kubernetes.audit.requestObject.spec.containers")]
    [InlineData("requestObject", """{"roleRef":{"name":{"a":1}}}""", "kubernetes.audit.requestObject.roleRef.name")]
    [InlineData("requestObject", """{"spec":{"securityContext":{"runAsUser":1e30}}}""", "kubernetes.audit.requestObject.spec.securityContext.runAsUser")]
    [InlineData("requestObject", """{"spec.type":{"a":1}}""", "kubernetes.audit.requestObject.spec.type")]
    [InlineData("requestObject", """{"a..b":1}""", "kubernetes.audit.requestObject.a..b")]
    [InlineData("requestObject", """{"":1}""", "kubernetes.audit.requestObject.")]
    [InlineData("user.extra", """{"authentication":["x"]}""", "kubernetes.audit.user.extra.authentication")]
    [InlineData("sourceIPs", """["not an address","10.0.0.1","010.0.0.1","fe80::1%eth0"]""", "source.ip")]
    [InlineData("responseStatus.code", "99999999999", "kubernetes.audit.responseStatus.code")]
    [InlineData("stageTimestamp", "\"yesterday\"", "kubernetes.audit.stageTimestamp")]
    [InlineData("annotations", "[1]", "kubernetes.audit.annotations")]
    public void A_value_that_its_mapping_cannot_take_is_left_out_and_named_and_the_document_stays(string field, string value, string name)
    {
        var document = Documents.Of(An.Event("create", "pods").WithJson(field, value).Json, out var dropped);
        Assert.Contains(name, dropped);
        Assert.Contains(name, document.At("auditwatch>dropped_fields")!.Value.EnumerateArray().Select(n => n.GetString()));
        Assert.Equal("create", document.At("kubernetes>audit>verb")!.Value.GetString());
    }

    [Fact]
    public void Only_the_part_that_does_not_fit_is_left_out()
    {
        var document = Documents.Of(An.Event("create", "pods").WithJson("sourceIPs", """["x","10.0.0.1"]""").WithJson("requestObject", """{"spec":{"hostPID":3,"containers":[{"image":"a"},7,{"image":"b"}]}}""").Json, out _);
        Assert.Equal("""["10.0.0.1"]""", document.At("source>ip")!.Value.GetRawText());
        Assert.Equal("""["x","10.0.0.1"]""", document.At("kubernetes>audit>sourceIPs")!.Value.GetRawText());
        Assert.Equal("""{"containers":[{"image":"a"},{"image":"b"}]}""", document.At("kubernetes>audit>requestObject>spec")!.Value.GetRawText());
    }

    [Fact]
    public void A_term_longer_than_Lucene_takes_is_left_out_wherever_it_would_stand()
    {
        var uri = "/api/v1/pods?command=" + new string('a', 40_000);
        var document = Documents.Of(An.Event("get", "pods").With("requestURI", uri).Json, out var dropped);
        Assert.Equal(["kubernetes.audit.requestURI", "url.original", "url.query"], dropped.Order(StringComparer.Ordinal));
        Assert.Equal("/api/v1/pods", document.At("url>path")!.Value.GetString());
    }

    [Fact]
    public void ManagedFields_are_left_out_at_every_depth_and_the_rest_of_an_unmapped_part_stays_as_it_is()
    {
        var list = """{"kind":"PodList","items":[{"metadata":{"name":"a","managedFields":[{"fieldsV1":{".":{},"f:x":{"":1}}}],"labels":{"app":"x","app.service":"y"}},"status":"S"}],"status":"Failure"}""";
        var document = Documents.Of(An.Event("list", "pods").WithJson("responseObject", list).Json, out var dropped);
        Assert.Empty(dropped);
        Assert.Equal("""{"kind":"PodList","items":[{"metadata":{"name":"a","labels":{"app":"x","app.service":"y"}},"status":"S"}],"status":"Failure"}""",
            document.At("kubernetes>audit>responseObject")!.Value.GetRawText());
    }

    [Fact]
    public void A_body_that_is_no_JSON_costs_the_body_and_not_the_document()
    {
        var json = An.Event("create", "pods").WithJson("requestObject", """{"a":1}""").Json.Replace("""{"a":1}""", """{"a":tru}""", StringComparison.Ordinal);
        var document = Documents.Of(json, out var dropped);
        Assert.Equal(["kubernetes.audit.requestObject"], dropped);
        Assert.Null(document.At("kubernetes>audit>requestObject"));
    }

    [Fact]
    public void An_event_over_many_lines_with_a_key_twice_becomes_one_line_with_each_key_once()
    {
        var json = JsonSerializer.Serialize(JsonDocument.Parse(An.Event("create", "pods").WithJson("requestObject", """{"metadata":{"labels":{"a":"b"}},"kind":"Pod"}""").Json), Indented);
        var document = Documents.Of(json.Replace("\"kind\": \"Pod\"", "\"kind\": \"Pod\", \"kind\": \"Bob\"", StringComparison.Ordinal), out var dropped);
        Assert.Equal(["kubernetes.audit.requestObject.kind"], dropped);
        Assert.Equal("Pod", document.At("kubernetes>audit>requestObject>kind")!.Value.GetString());
        Assert.Equal("b", document.At("kubernetes>audit>requestObject>metadata>labels>a")!.Value.GetString());
    }

    [Fact]
    public void Control_characters_quotes_and_half_surrogates_stay_valid_JSON()
    {
        var json = An.Event("get", "pods").With("userAgent", "PLACE").Json.Replace("PLACE", "a\\\"b\\u0000\\ud800\\n\\\\", StringComparison.Ordinal);
        var document = Documents.Of(json, out _);
        Assert.Equal("a\"b\0\uFFFD\n\\", document.At("user_agent>original")!.Value.GetString());
    }

    // One writer remembers what comes back with event after event; a new one for each event remembers nothing.
    [Fact]
    public void Parts_that_were_seen_before_are_written_as_they_were_the_first_time()
    {
        var (one, output, audit, again) = (new EcsDocument("prod"), new Utf8Output(), new AuditEvent(new SymbolTable()), new AuditEvent(new SymbolTable()));
        ClusterFacts[] clusters = [new() { Name = "prod-eu" }, new() { Name = "prod-west", TrustedProxies = [IPNetwork.Parse("10.0.0.0/8")] }];
        IEnumerable<ReadOnlyMemory<byte>> odd =
        [
            .. new[] { "\"user\":null", "\"user\":{\"username\":7}", "\"user\":{\"extra\":{\"a\":[\"x\"],\"a\":[\"y\"]}}", "\"user\":{\"username\":\"a\"},\"user\":{\"uid\":\"b\"}",
                "\"sourceIPs\":[\"nonsense\",\"10.1.1.1\",\"8.8.8.8\",\"10.2.2.2\"]", "\"sourceIPs\":{}", "\"sourceIPs\":[]", "\"userAgent\":\"a\\u0041/v1\"", "\"userAgent\":{}", "\"annotations\":{\"a.b\":\"1\",\"a_b\":\"2\"}",
                "\"annotations\":{\"authentication.kubernetes.io/issued-credential-id\":\"JTI=1\"}", "\"responseStatus\":{\"code\":99999999999}", "\"responseStatus\":5", "\"objectRef\":[1]", "\"objectRef\":{\"name\":{\"a\":1}}" }
                .Select(part => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes($$"""{"auditID":"x","stage":"ResponseComplete","verb":"get",{{part}}}""")),
        ];
        var number = 0;
        foreach (var line in odd.Concat(odd).Concat(odd).Concat(odd).Concat(Recordings.Lines("audit-live/requestresponse/audit.log.zst").Take(3_000)))
        {
            var cluster = clusters[++number / 7 % 2];
            Assert.True(audit.TryRead(line, new EventOrigin(1, 0, EnvelopeShape.Event, false), cluster, 1, out _));
            Assert.True(again.TryRead(line, new EventOrigin(1, 0, EnvelopeShape.Event, false), cluster, 1, out _));
            output.Clear();
            one.Write(output, audit, new EventId(255), new EventPosition(3, 4, 5), 1_767_096_000_000_000, 1_767_096_000_000_001);
            Assert.Equal(Documents.Text(again, out var dropped), Encoding.UTF8.GetString(output.Written.Span));
            Assert.Equal(dropped, one.Dropped);
        }
        Assert.True(number > 2_000);
    }

    [Fact]
    public void A_document_of_a_journal_on_Kafka_names_topic_partition_and_offset_too()
    {
        var audit = new AuditEvent(new SymbolTable());
        Assert.True(audit.TryRead(Encoding.UTF8.GetBytes(An.Event("get", "pods").Json), new EventOrigin(1, 0, EnvelopeShape.Event, false), new ClusterFacts { Name = "prod-eu" }, 1, out _));
        var topic = new JournalTopic("aw-journal", position => (position.Segment >> 16, position.Frame));
        var output = new Utf8Output();
        new EcsDocument("prod", topic).Write(output, audit, new EventId(255), new EventPosition(3 << 16, 4711, 5), 1, 1);
        Assert.Equal("""{"segment":196608,"frame":4711,"index":5,"topic":"aw-journal","partition":3,"offset":4711}""", JsonDocument.Parse(output.Written).RootElement.At("auditwatch>journal")!.Value.GetRawText());
        Assert.Equal("aw-journal-3-4711-5", topic.Word(new EventPosition(3 << 16, 4711, 5)));
    }
}
