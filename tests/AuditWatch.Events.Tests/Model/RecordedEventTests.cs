using Xunit;
using AuditWatch.Events.Envelopes;
using AuditWatch.Events.Model;
using AuditWatch.Events.Tests.Envelopes;

namespace AuditWatch.Events.Tests.Model;

public sealed class RecordedEventTests
{
    public static TheoryData<string> Runs => [.. Recordings.Runs];

    [Theory]
    [MemberData(nameof(Runs))]
    public void Every_event_of_a_real_log_file_reads_with_all_its_properties(string run)
    {
        var symbols = new SymbolTable();
        var audit = new AuditEvent(symbols);
        var cluster = new ClusterFacts();
        var read = 0;
        foreach (var line in Recordings.Lines($"audit-live/{run}/audit.log.zst"))
        {
            Assert.True(audit.TryRead(line, new EventOrigin(1, 0, EnvelopeShape.Event, false), cluster, 1, out var error), error.ToString());
            Assert.NotEqual(AuditLevel.Unknown, audit.Level);
            Assert.NotEqual(AuditStage.Unknown, audit.Stage);
            Assert.Equal(TimeSource.Stage, audit.TimeSource);
            Assert.InRange(audit.TimeMicros - audit.RequestReceivedMicros, 0, 3_600_000_000);
            Assert.NotEmpty(audit.AuditId);
            Assert.NotNull(audit.ClientIp);
            Assert.Equal(audit.Stage != AuditStage.RequestReceived, audit.ResponseCode > 0);
            Assert.Equal(audit.UserName is null, audit.UserGroups.Count == 0);
            read++;
        }

        Assert.True(read > 4000);
        Assert.Equal(0, symbols.Overflow);
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void Every_event_of_a_posted_body_is_found_as_it_stands(string run)
    {
        var posts = Recordings.Lines($"audit-live/{run}/bodies.ndjson.zst");
        var sink = new CountingSink();
        var unwrapper = new EventUnwrapper();
        var expected = 0;
        foreach (var post in posts)
        {
            using var body = System.Text.Json.JsonDocument.Parse(post);
            expected += body.RootElement.GetProperty("items").GetArrayLength();
            unwrapper.Unwrap(post, 1, sink);
        }

        Assert.Equal(0, sink.Bad);
        Assert.Equal(expected, sink.Events);
        Assert.True(expected > 4000);
    }

    sealed class CountingSink : IUnwrapSink
    {
        public int Events, Bad;

        public void OnEvent(ReadOnlyMemory<byte> utf8, in EventOrigin origin) => Events += origin.Shape == EnvelopeShape.EventList ? 1 : 0;

        public void OnBad(in BadRecord bad) => Bad++;

        public void OnDropped(string category) => Bad++;
    }
}
