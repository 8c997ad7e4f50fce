using System.IO.Compression;
using System.Text;
using System.Text.Json;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using AuditWatch.Events.Scanning;
using Xunit;

namespace AuditWatch.Events.Tests.Envelopes;

public sealed class EnvelopeTests
{
    const string Event = EventListTests.Get;
    static readonly string Quoted = JsonSerializer.Serialize(Event);

    static long Micros(string time) => Rfc3339.TryRead(Encoding.UTF8.GetBytes(time), out var micros) ? micros : throw new FormatException(time);

    static string Aks(string log, string category = "kube-audit") =>
        "{\"category\":\"" + category + "\",\"operationName\":\"Microsoft.ContainerService/managedClusters/diagnosticLogs/Read\",\"properties\":{\"log\":" + log
        + ",\"containerID\":\"a64c\",\"stream\":\"stdout\",\"pod\":\"kube-apiserver-869d7bb754-kkg69\"},\"resourceId\":\"/SUBSCRIPTIONS/AE28\",\"serviceBuild\":\"na\",\"time\":\"2025-10-07T16:19:19.647880072Z\"}";

    static string Gzip64(string text)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Fastest)) gzip.Write(Encoding.UTF8.GetBytes(text));
        return Convert.ToBase64String(memory.ToArray());
    }

    [Fact]
    public void AKS_records_carry_the_event_as_text_or_as_object()
    {
        var sink = CollectingSink.Of("{\"records\":[" + Aks(Quoted) + "," + Aks(Event, "kube-audit-admin") + "]}");
        Assert.Empty(sink.Bad);
        Assert.Equal([Event, Event], sink.Events.Select(e => e.Json));
        Assert.All(sink.Events, e => Assert.Equal(new EventOrigin(1, Micros("2025-10-07T16:19:19.647880Z"), EnvelopeShape.Aks, false, "kube-apiserver-869d7bb754-kkg69"), e.Origin));
    }

    [Fact]
    public void An_AKS_record_of_2021_alone_on_its_line_is_one_too()
    {
        var line = "{\"time\":\"2021-03-31T13:07:30.0000000Z\",\"resourceId\":\"/SUBSCRIPTIONS/X\",\"operationName\":\"Microsoft.ContainerService/managedClusters/diagnosticLogs/Read\",\"category\":\"kube-audit\",\"ccpNamespace\":\"5f0\",\"Cloud\":\"AzureCloud\",\"Environment\":\"prod\",\"UnderlayClass\":\"hcp-underlay\",\"UnderlayName\":\"hcp\",\"properties\":{\"log\":"
            + JsonSerializer.Serialize(Event + "\n") + ",\"stream\":\"stdout\",\"pod\":\"kube-apiserver-1\"},\"attrs\":\"{\\\"a\\\"=>\\\"b\\\"}\"}";
        var found = Assert.Single(CollectingSink.Of(line).Events);
        Assert.Equal(Event, found.Json);
        Assert.Equal(Micros("2021-03-31T13:07:30Z"), found.Origin.EnvelopeTimeMicros);
    }

    [Fact]
    public void Other_AKS_categories_are_counted_and_dropped()
    {
        var sink = CollectingSink.Of("{\"records\":[" + Aks("\"I1007 16:19:19 klog text\"", "kube-scheduler") + "," + Aks("\"x\"", "guard") + "," + Aks(Quoted) + "]}");
        Assert.Equal(["kube-scheduler", "guard"], sink.Dropped);
        Assert.Single(sink.Events);
        Assert.Empty(sink.Bad);
    }

    [Fact]
    public void One_bad_AKS_record_is_one_bad_record()
    {
        var sink = CollectingSink.Of("{\"records\":[" + Aks(Quoted) + "," + Aks("\"no json at all\"") + ",{\"hello\":1}," + Aks("{\"a\":}") + "," + Aks(Quoted) + "]}");
        Assert.Equal(2, sink.Events.Count);
        Assert.Equal(3, sink.Bad.Count);
    }

    [Fact]
    public void Log_Analytics_rows_are_put_together_again()
    {
        using var source = JsonDocument.Parse(Event);
        var row = "{\"TimeGenerated\":\"2025-10-07T16:19:19.6Z\",\"AuditId\":\"a-1\",\"Level\":\"Metadata\",\"Stage\":\"ResponseComplete\",\"Verb\":\"list\",\"RequestUri\":\"/api/v1/pods\",\"User\":{\"username\":\"alice\"},\"ObjectRef\":\"{\\\"resource\\\":\\\"pods\\\",\\\"apiVersion\\\":\\\"v1\\\"}\",\"ResponseStatus\":{\"metadata\":{},\"code\":200},\"SourceIps\":\"[\\\"1.2.3.4\\\"]\",\"RequestObject\":\"\",\"Annotations\":null,\"RequestReceivedTime\":\"2026-11-23T05:49:54.292662Z\",\"StageReceivedTime\":\"2026-11-23T05:49:54.295263Z\",\"PodName\":\"kube-apiserver-1\",\"Type\":\"AKSAudit\"}";
        var sink = CollectingSink.Of(row);
        Assert.Empty(sink.Bad);
        var audit = Read(sink.Events.Single());
        Assert.Equal(("alice", "pods", 200, "1.2.3.4"), (audit.UserName, audit.Resource, audit.ResponseCode, audit.ClientIp));
        Assert.Equal(TimeSource.Stage, audit.TimeSource);
        Assert.False(audit.Ranges.Has(HotField.RequestObject));

        Assert.Equal(Event, Assert.Single(CollectingSink.Of("{\"Category\":\"kube-audit\",\"log_s\":" + Quoted + ",\"pod_s\":\"x\",\"TimeGenerated\":\"2025-10-07T16:19:19.6Z\"}").Events).Json);
        Assert.Equal(["guard"], CollectingSink.Of("{\"Category\":\"guard\",\"log_s\":\"x\"}").Dropped);
    }

    static string CloudWatch(params string[] messages) =>
        "{\"messageType\":\"DATA_MESSAGE\",\"owner\":\"1\",\"logGroup\":\"/aws/eks/dev/cluster\",\"logStream\":\"kube-apiserver-audit-abc\",\"subscriptionFilters\":[\"f\"],\"logEvents\":["
        + string.Join(",", messages.Select(m => "{\"id\":\"3\",\"timestamp\":1736000000000,\"message\":" + m + "}")) + "]}";

    [Fact]
    public void EKS_events_come_through_CloudWatch_in_every_wrapper()
    {
        var payload = CloudWatch(Quoted, Quoted);
        string[] documents =
        [
            payload,
            "{\"awslogs\":{\"data\":\"" + Gzip64(payload) + "\"}}",
            "{\"Records\":[{\"eventSource\":\"aws:kinesis\",\"kinesis\":{\"partitionKey\":\"1\",\"data\":\"" + Gzip64(payload) + "\"}}]}",
            "{\"requestId\":\"r\",\"timestamp\":1578090901599,\"records\":[{\"data\":\"" + Gzip64(payload) + "\"}]}",
        ];
        foreach (var document in documents)
        {
            var sink = CollectingSink.Of(document);
            Assert.Empty(sink.Bad);
            Assert.Equal([Event, Event], sink.Events.Select(e => e.Json));
            Assert.All(sink.Events, e => Assert.Equal((EnvelopeShape.Eks, 1736000000000000), (e.Origin.Shape, e.Origin.EnvelopeTimeMicros)));
        }
    }

    [Fact]
    public void Control_messages_and_other_streams_of_EKS_are_counted_and_dropped()
    {
        Assert.Equal(["CONTROL_MESSAGE"], CollectingSink.Of(CloudWatch(Quoted).Replace("DATA_MESSAGE", "CONTROL_MESSAGE")).Dropped);
        var sink = CollectingSink.Of(CloudWatch("\"text\"", "\"text\"").Replace("kube-apiserver-audit-abc", "authenticator-0a1b"));
        Assert.Equal(["authenticator", "authenticator"], sink.Dropped);
        Assert.Empty(sink.Bad);
    }

    [Fact]
    public void Broken_packing_is_one_bad_record()
    {
        Assert.Equal("malformed-envelope", Assert.Single(CollectingSink.Of("{\"awslogs\":{\"data\":\"%%%\"}}").Bad).Reason);
        Assert.Equal("malformed-envelope", Assert.Single(CollectingSink.Of("{\"awslogs\":{\"data\":\"H4sIAAAAAAAA\"}}").Bad).Reason);
    }

    [Theory]
    [InlineData("{\"log\":$,\"stream\":\"stdout\",\"time\":\"2019-01-07T02:22:46.865426429Z\"}")]
    [InlineData("{\"log\":$,\"stream\":\"stdout\",\"time\":\"2019-01-07T02:22:46.865426429Z\",\"kubernetes\":{\"pod_name\":\"x\"}}")]
    [InlineData("{\"file\":\"/var/log/audit.log\",\"host\":\"cp-1\",\"message\":$,\"source_type\":\"file\",\"timestamp\":\"2019-01-07T02:22:46.865426Z\"}")]
    [InlineData("{\"@timestamp\":\"2019-01-07T02:22:46.865426Z\",\"message\":$,\"log\":{\"file\":{\"path\":\"/x\"},\"offset\":123},\"host\":{},\"agent\":{}}")]
    [InlineData("{\"@timestamp\":\"2019-01-07T02:22:46.865426Z\",\"@version\":\"1\",\"message\":\"parsed\",\"event\":{\"original\":$}}")]
    public void Shippers_wrap_the_line(string wrapper)
    {
        var found = Assert.Single(CollectingSink.Of(wrapper.Replace("$", JsonSerializer.Serialize(Event + "\n"))).Events);
        Assert.Equal(Event, found.Json);
        Assert.Equal(new EventOrigin(1, Micros("2019-01-07T02:22:46.865426Z"), EnvelopeShape.Shipper, false), found.Origin);
        Assert.Equal(Event, Assert.Single(CollectingSink.Of("[" + wrapper.Replace("$", Quoted) + "]").Events).Json);
    }

    [Fact]
    public void A_shipper_may_have_parsed_the_event_already()
    {
        Assert.Equal(Event, Assert.Single(CollectingSink.Of("{\"time\":\"x\",\"log\":" + Event + "}").Events).Json);
        var extended = Event[..^1] + ",\"_gdch_cluster\":\"c\",\"_gdch_fluentbit_pod\":\"p\"}";
        Assert.Equal(extended, Assert.Single(CollectingSink.Of(extended).Events).Json);
    }

    [Fact]
    public void Lines_of_a_container_runtime_are_joined_from_their_parts()
    {
        var sink = new CollectingSink();
        var unwrapper = new EventUnwrapper();
        void Line(int number, string text) => unwrapper.Unwrap(Encoding.UTF8.GetBytes(text), number, sink);
        Line(1, "2019-01-07T02:22:46.865426429Z stdout F " + Event);
        Line(2, "2019-01-07T02:22:47.865426429Z stdout P " + Event[..40]);
        Line(3, "2019-01-07T02:22:47.865426429Z stdout P " + Event[40..90]);
        Line(4, "2019-01-07T02:22:47.865426429Z stdout F " + Event[90..]);
        Assert.Equal([Event, Event], sink.Events.Select(e => e.Json));
        Assert.Equal([1, 2], sink.Events.Select(e => e.Origin.Line));
        Assert.Empty(sink.Bad);

        Line(5, "2019-01-07T02:22:47.865426429Z stdout P " + Event[..40]);
        unwrapper.Complete(sink);
        Assert.Equal(5, Assert.Single(sink.Bad).Line);
    }

    [Fact]
    public void A_list_inside_a_wrapper_is_opened_but_not_without_end()
    {
        var list = "{\"kind\":\"EventList\",\"items\":[" + Event + "," + Event + "]}";
        Assert.Equal(2, CollectingSink.Of("{\"log\":" + JsonSerializer.Serialize(list) + "}").Events.Count);
        var nested = Event;
        for (var i = 0; i < 4; i++) nested = "{\"log\":" + JsonSerializer.Serialize(nested) + "}";
        Assert.Single(CollectingSink.Of(nested).Events);
        Assert.Equal("too-deep", Assert.Single(CollectingSink.Of("{\"log\":" + JsonSerializer.Serialize(nested) + "}").Bad).Reason);
    }

    internal static AuditEvent Read((string Json, EventOrigin Origin) found)
    {
        var audit = new AuditEvent(new SymbolTable());
        Assert.True(audit.TryRead(Encoding.UTF8.GetBytes(found.Json), found.Origin, new ClusterFacts(), 1, out var error), error.ToString());
        return audit;
    }
}
