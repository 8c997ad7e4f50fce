using System.Text.Json;
using AuditWatch.Testing;
using AuditWatch.Tests.Running;
using Azure.Messaging.EventHubs;
using Azure.Messaging.EventHubs.Producer;
using Xunit;

namespace AuditWatch.Tests.Serving;

/// <summary>Real servers share a hub; the hub's server and one of them are killed on the way.</summary>
public sealed class EventHubsTests
{
    const string Hub = "insights-logs-kube-audit";
    readonly string _work = Directory.CreateTempSubdirectory("aw-hubs").FullName;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_sent_is_in_the_journal_once_though_we_and_the_hub_are_killed()
    {
        Assert.SkipUnless(Kit.Recordings is not null, Kit.Missing);
        await using var hubs = await KitServer.StartAsync("eventhubs", "--hub", Hub + ":4");
        var lines = AksRecords.Lines("production");
        var bodies = lines.Chunk(20).Select(c => AksRecords.Body(c)).ToList();
        await File.WriteAllTextAsync(Path.Combine(_work, "connection"), hubs.Says["connection-string"], Stop);
        var config = Path.Combine(_work, "auditwatch.yaml");
        await File.WriteAllTextAsync(config, $$"""
            sources:
              - {name: aks-west, type: eventhubs, cluster: west, connection_string_file: {{Path.Combine(_work, "connection")}}, hub: {{Hub}}, consumer_group: $Default, start: earliest}
            """, Stop);
        var data = Path.Combine(_work, "data");
        await using var server = new ServerProcess(data, "http", "--config", config);
        await server.StartAsync();
        await SendAsync(hubs, bodies.Take(150));
        await SourceAsync(server, s => s.GetProperty("events").GetInt64() >= 20);
        await server.KillAsync();
        await SendAsync(hubs, bodies.Skip(150).Take(100));
        await server.StartAsync();
        await SourceAsync(server, s => s.GetProperty("events").GetInt64() >= 151 * 20);
        await hubs.KillAsync();
        await hubs.StartAsync();
        await SendAsync(hubs, bodies.Skip(250));
        var source = await SourceAsync(server, s => s.GetProperty("events").GetInt64() == lines.Count && s.GetProperty("lag").ValueKind == JsonValueKind.Number && s.GetProperty("lag").GetInt64() == 0
            && s.GetProperty("state").GetString() == "running"); // the hub's death is forgotten once it answers again
        Assert.Equal("eventhubs", source.GetProperty("type").GetString());
        Assert.Equal(0, source.GetProperty("lost").GetInt64());
        // After a reset everything is read again, and told to be what it is.
        Assert.Equal(0, (await AuditWatchCommand.RunAsync("sources", "reset", "aks-west", "--server", server.Url)).ExitCode);
        var before = (await server.MetricsAsync())["auditwatch_source_events_total"];
        for (var waited = 0; (await server.MetricsAsync())["auditwatch_source_repeats_total"] < lines.Count; waited += 100)
        {
            Assert.True(waited < 60_000, server.Error);
            await Task.Delay(100, Stop);
        }
        Assert.Equal(before, (await server.MetricsAsync())["auditwatch_source_events_total"]);
        Assert.Equal(0, await server.TerminateAsync());
        var exported = await AuditWatchCommand.RunAsync("journal", "export", "--data", data);
        Assert.Equal(lines.Count, exported.Lines.Length);
        Assert.DoesNotContain("SAS_KEY_VALUE", server.Error, StringComparison.Ordinal);
    }

    static async Task<JsonElement> SourceAsync(ServerProcess server, Func<JsonElement, bool> holds)
    {
        for (var waited = 0; ; waited += 50)
        {
            var source = (await server.ListAsync("sources", "")).FirstOrDefault(s => s.GetProperty("source").GetString() == "aks-west");
            if (source.ValueKind == JsonValueKind.Object && holds(source)) return source;
            Assert.True(waited < 60_000, $"Waited in vain: {source}\n{server.Error}");
            await Task.Delay(50, Stop);
        }
    }

    static async Task SendAsync(KitServer hubs, IEnumerable<byte[]> bodies)
    {
        await using var producer = new EventHubProducerClient(hubs.Says["connection-string"]);
        foreach (var lot in bodies.Chunk(5)) await producer.SendAsync(lot.Select(b => new EventData(b)), Stop);
    }
}
