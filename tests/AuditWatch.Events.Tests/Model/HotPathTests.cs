using System.Text;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using AuditWatch.Events.Scanning;
using Xunit;

namespace AuditWatch.Events.Tests.Model;

public sealed class HotPathTests
{
    static FieldPath Bind(string path) => AuditSchema.TryBind(path, out var field, out var problem) ? field : throw new InvalidOperationException(problem);

    [Fact]
    public void Asking_for_hot_fields_allocates_nothing()
    {
        var json = Encoding.UTF8.GetBytes(An.Event("create", "pods").WithJson("requestObject", """{"a":1}""").Json);
        var audit = new AuditEvent(new SymbolTable());
        var cluster = new ClusterFacts();
        FieldPath[] fields = [.. new[] { "verb", "objectRef.resource", "objectRef.subresource", "objectRef.namespace", "user.username", "stage", "level", "responseStatus.code", "requestURI", "userAgent", "impersonatedUser.username", "objectRef.apiGroup" }.Select(Bind)];
        HotField[] symbols = [HotField.Verb, HotField.ObjectResource, HotField.UserName, HotField.ObjectNamespace, HotField.UserAgent];
        long sum = 0;
        void Once()
        {
            Assert.True(audit.TryRead(json, new EventOrigin(1, 0, EnvelopeShape.Event, false), cluster, 1, out _));
            foreach (var symbol in symbols) sum += audit.Symbol(symbol) + audit.Text(symbol)!.Length;
            foreach (var field in fields) sum += audit.Get(field).Symbol + audit.Get(field).Utf8.Length;
            sum += audit.ResponseCode + audit.TimeMicros + audit.RequestReceivedMicros + (int)audit.Level + (int)audit.Stage + (int)audit.Outcome + (audit.IsDryRun ? 1 : 0);
            sum += audit.UserGroups.Count + audit.SourceIps.Count + audit.ClientIp!.Length + audit.AgentProduct!.Length + audit.AgentVersion!.Length + audit.CredentialId!.Length;
        }

        for (var i = 0; i < 200; i++) Once();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) Once();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.NotEqual(0, sum);
    }

    [Fact]
    public void Equal_texts_of_different_events_are_the_same_string_and_symbol()
    {
        var symbols = new SymbolTable();
        var (one, other) = (new AuditEvent(symbols), new AuditEvent(symbols));
        foreach (var audit in new[] { one, other })
            Assert.True(audit.TryRead(Encoding.UTF8.GetBytes(An.Event("get", "pods").Json), new EventOrigin(1, 0, EnvelopeShape.Event, false), new ClusterFacts(), 1, out _));
        Assert.Same(one.UserName, other.UserName);
        Assert.Same(one.UserAgent, other.UserAgent);
        Assert.Equal(one.Symbol(HotField.ObjectResource), other.Symbol(HotField.ObjectResource));
        Assert.Equal(-1, one.Symbol(HotField.RequestUri));
        Assert.Equal(-1, one.Symbol(HotField.ObjectSubresource));
    }

    [Fact]
    public void Escapes_are_undone_before_anything_is_compared()
    {
        var audit = new AuditEvent(new SymbolTable());
        var json = """{"auditID":"x","stage":"Panic","verb":"g\u0065t","requestURI":"/a?b=c\u0026d=\u003c\ud83d\ude00\ud800","user":{"username":"al\"ice","groups":["a\\b"]}}""";
        Assert.True(audit.TryRead(Encoding.UTF8.GetBytes(json), new EventOrigin(1, 0, EnvelopeShape.Event, false), new ClusterFacts(), 1, out _));
        Assert.Equal(("get", "/a?b=c&d=<😀\ufffd", "al\"ice", "a\\b"), (audit.Verb, audit.RequestUri, audit.UserName, audit.UserGroups[0]));
        Assert.Equal(audit.Symbols.Intern("get"), audit.Symbol(HotField.Verb));
    }

    [Theory]
    [InlineData("2026-11-23T05:49:54.292662Z", 1795412994292662)]
    [InlineData("2026-11-23T05:49:54Z", 1795412994000000)]
    [InlineData("2026-11-23T05:49:54.1234567Z", 1795412994123456)]
    [InlineData("2026-11-23T06:49:54.123456789+01:00", 1795412994123456)]
    [InlineData("1970-01-01T00:00:00.000001Z", 1)]
    public void Times_are_whole_microseconds(string text, long expected)
    {
        Assert.True(Rfc3339.TryRead(Encoding.UTF8.GetBytes(text), out var micros));
        Assert.Equal(expected, micros);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2026-13-23T05:49:54Z")]
    [InlineData("2026-02-30T05:49:54Z")]
    [InlineData("2026-11-23 05:49:54")]
    [InlineData("2026-11-23T05:49:54.Z")]
    [InlineData("2026-11-23T05:49:54.1234567890Z")]
    [InlineData("2026-11-23T05:49:54+1:00")]
    public void What_is_no_time_is_none(string text) => Assert.False(Rfc3339.TryRead(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void A_missing_time_falls_back_and_says_so()
    {
        static AuditEvent Read(An source, long envelope)
        {
            var audit = new AuditEvent(new SymbolTable());
            Assert.True(audit.TryRead(Encoding.UTF8.GetBytes(source.Json), new EventOrigin(1, envelope, EnvelopeShape.Aks, true), new ClusterFacts(), 77, out _));
            return audit;
        }

        var none = An.Event("get", "pods").With("stageTimestamp", null);
        Assert.Equal((TimeSource.RequestReceived, 1795412994292662), (Read(none, 5).TimeSource, Read(none, 5).TimeMicros));
        none = none.With("requestReceivedTimestamp", "soon");
        Assert.Equal((TimeSource.Envelope, 5), (Read(none, 5).TimeSource, Read(none, 5).TimeMicros));
        Assert.Equal((TimeSource.Receipt, 77), (Read(none, 0).TimeSource, Read(none, 0).TimeMicros));
    }
}
