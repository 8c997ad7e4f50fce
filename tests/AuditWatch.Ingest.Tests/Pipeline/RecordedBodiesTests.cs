using System.Text.Json;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Pipeline;
using Xunit;
using ZstdSharp;

namespace AuditWatch.Ingest.Tests.Pipeline;

/// <summary>What a real API server posted, byte for byte.</summary>
public sealed class RecordedBodiesTests
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("faults", 786, 51_495, 14_563)]
    [InlineData("metadata", 48, 18_427, 18_427)]
    [InlineData("requestresponse", 47, 18_502, 18_502)]
    [InlineData("truncation", 96, 8_024, 8_024)]
    public async Task Recorded_bodies_are_journaled_each_event_once_however_often_it_was_delivered(string run, int bodies, int deliveries, int events)
    {
        var kit = Environment.GetEnvironmentVariable("AUDITWATCH_KIT");
        if (string.IsNullOrEmpty(kit)) Assert.Skip("Needs the recordings: set AUDITWATCH_KIT to the kit folder, beside which data/audit-live lies.");
        var folder = Path.Combine(kit, "..", "data", "audit-live", run);
        await using var it = new PipelineFixture();
        await using var packed = File.OpenRead(Path.Combine(folder, "bodies.ndjson.zst"));
        await using var unpacked = new DecompressionStream(packed);
        var (posts, accepted, repeats) = (0, 0, 0);
        await foreach (var line in File.ReadLinesAsync(Path.Combine(folder, "posts.jsonl"), Stop))
        {
            var length = JsonElement.Parse(line).GetProperty("bytes").GetInt32();
            var body = new byte[length];
            await unpacked.ReadExactlyAsync(body, Stop);
            var result = await it.Receiver.ReceiveAsync("prod", new MemoryStream(body), length, Stop);
            Assert.Equal(WebhookOutcome.Accepted, result.Outcome);
            Assert.Equal((0, 0, 0), (result.Ingested.Quarantined, result.Ingested.Dropped, result.Ingested.Conflicting));
            posts++;
            accepted += result.Ingested.Accepted;
            repeats += result.Ingested.Repeats;
        }
        Assert.Equal((bodies, deliveries, events), (posts, accepted + repeats, accepted));
        Assert.Equal(events, (await it.Texts(RecordKind.Audit)).Distinct(StringComparer.Ordinal).Count());
        Assert.Empty(JournalVerifier.Verify(Path.Combine(it.Folder, "journal"), Stop).Findings);
    }

    [Fact]
    public async Task The_log_of_an_API_server_beside_its_webhook_that_cuts_bodies_off_is_flagged_and_contradicts_nothing()
    {
        var kit = Environment.GetEnvironmentVariable("AUDITWATCH_KIT");
        if (string.IsNullOrEmpty(kit)) Assert.Skip("Needs the recordings: set AUDITWATCH_KIT to the kit folder, beside which data/audit-live lies.");
        var folder = Path.Combine(kit, "..", "data", "audit-live", "truncation");
        await using var it = new PipelineFixture();
        foreach (var file in (string[])["bodies.ndjson.zst", "audit.log.zst"])
        {
            await using var packed = File.OpenRead(Path.Combine(folder, file));
            await using var unpacked = new DecompressionStream(packed);
            Assert.Equal(WebhookOutcome.Accepted, (await it.Receiver.ReceiveAsync("prod", unpacked, null, Stop)).Outcome);
        }
        var cut = (await it.Texts(RecordKind.Audit)).Count(t => t.Contains("\"audit.k8s.io/truncated\":\"true\"", StringComparison.Ordinal));
        Assert.InRange(cut, 100, long.MaxValue);
        Assert.Equal(cut, it.Pipeline.Counters.Conflicting);
        Assert.Empty(await it.Texts(RecordKind.Health));
        Assert.Empty(it.Pipeline.Counters.Quarantined);
    }
}
