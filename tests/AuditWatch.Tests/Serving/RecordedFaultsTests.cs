using System.Net;
using System.Text.Json;
using AuditWatch.Testing;
using AuditWatch.Tests.Running;
using Xunit;
using ZstdSharp;

namespace AuditWatch.Tests.Serving;

/// <summary>What a real API server posted while its receiver failed in every way, byte for byte to a real server: three and a half deliveries of every event.</summary>
public sealed class RecordedFaultsTests(ITestOutputHelper output)
{
    const int Bodies = 786, Deliveries = 51_495, Events = 14_563;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_51495_deliveries_14563_events_are_journaled_and_indexed_once_each()
    {
        Assert.SkipUnless(Kit.Recordings is not null, Kit.Missing);
        var folder = Path.Combine(Kit.Recordings, "faults");
        await using var server = new ServerProcess(Path.Combine(Directory.CreateTempSubdirectory("aw-faults").FullName, "data"));
        await server.StartAsync();
        await using var unpacked = new DecompressionStream(File.OpenRead(Path.Combine(folder, "bodies.ndjson.zst")), leaveOpen: false);
        var posts = new List<Task<HttpStatusCode>>();
        using var underWay = new SemaphoreSlim(4); // an API server has one post under way at a time, a retry of another beside it, and there may be several
        await foreach (var line in File.ReadLinesAsync(Path.Combine(folder, "posts.jsonl"), Stop))
        {
            var body = new byte[JsonElement.Parse(line).GetProperty("bytes").GetInt32()];
            await unpacked.ReadExactlyAsync(body, Stop);
            await underWay.WaitAsync(Stop);
            posts.Add(PostAsync(server, body, underWay));
        }
        Assert.Equal(Enumerable.Repeat(HttpStatusCode.OK, Bodies), await Task.WhenAll(posts));
        await server.SettleAsync();
        var metrics = await server.MetricsAsync();
        Assert.Equal((Events, Deliveries - Events, 0), ((int)metrics["auditwatch_journal_events_total"], (int)metrics["auditwatch_journal_repeats_total"], (int)metrics.GetValueOrDefault("auditwatch_quarantined_total")));
        Assert.Equal(0, await server.TerminateAsync());

        var exported = (await AuditWatchCommand.RunAsync("journal", "export", "--data", server.Data)).Lines.Select(l => JsonElement.Parse(l).GetProperty("event").GetRawText()).ToList();
        Assert.Equal((Events, Events), (exported.Count, exported.Distinct(StringComparer.Ordinal).Count()));
        var indexed = await AuditWatchCommand.RunAsync("sql", "select count(*) as n, count(distinct event_id) as ids from events", "--data", server.Data, "--format", "ndjson");
        Assert.Equal($$"""{"n":{{Events}},"ids":{{Events}}}""", Assert.Single(indexed.Lines));
        output.WriteLine($"{Bodies} bodies, {Deliveries} deliveries, {Events} events once each.");
    }

    static async Task<HttpStatusCode> PostAsync(ServerProcess server, byte[] body, SemaphoreSlim underWay)
    {
        try
        {
            using var answer = await server.PostAsync("faults", body);
            return answer.StatusCode;
        }
        finally
        {
            underWay.Release();
        }
    }
}
