using System.Text.Json;
using AuditWatch.Testing;
using AuditWatch.Tests.Running;
using Azure.Messaging.EventHubs;
using Azure.Messaging.EventHubs.Producer;
using Azure.Storage.Blobs;
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
        Assert.SkipUnless(AzuriteServer.IsHere, AzuriteServer.Missing);
        await using var azurite = await AzuriteServer.StartAsync();
        var container = new BlobContainerClient(azurite.ConnectionString, "checkpoints");
        await container.CreateAsync(cancellationToken: Stop);
        await File.WriteAllTextAsync(Path.Combine(_work, "storage"), azurite.ConnectionString, Stop);
        await using var hubs = await KitServer.StartAsync("eventhubs", "--hub", Hub + ":4", "--hub", "short:1");
        var lines = AksRecords.Lines("production");
        var bodies = lines.Chunk(20).Select(c => AksRecords.Body(c)).ToList();
        await File.WriteAllTextAsync(Path.Combine(_work, "connection"), ConnectionOf(hubs), Stop);
        var config = Path.Combine(_work, "auditwatch.yaml");
        await File.WriteAllTextAsync(config, $$"""
            sources:
              - {name: aks-west, type: eventhubs, cluster: west, connection_string_file: {{Path.Combine(_work, "connection")}}, hub: {{Hub}}, consumer_group: $Default, start: earliest}
              - {name: short, type: eventhubs, cluster: short, connection_string_file: {{Path.Combine(_work, "connection")}}, hub: short, start: latest, checkpoint_store: '{{azurite.Url}}/checkpoints', checkpoint_secret_file: {{Path.Combine(_work, "storage")}}}
            """, Stop);
        var data = Path.Combine(_work, "data");
        await using var server = new ServerProcess(data, "http", "--config", config);
        await SendAsync(hubs, [AuditLine.Utf8(AuditLine.OfNoNote(9, 0))], "short");
        await server.StartAsync();
        await SendAsync(hubs, bodies.Take(150));
        await SourceAsync(server, s => s.GetProperty("events").GetInt64() >= 20);
        await SourceAsync(server, s => s.GetProperty("partitions").GetArrayLength() == 1 && s.GetProperty("partitions")[0].GetProperty("position").GetInt64() == 0, "short");
        await server.KillAsync();
        await SendAsync(hubs, [.. bodies.Skip(150).Take(100), "no JSON"u8.ToArray()]);
        // Retention that is shorter than our absence.
        await SendAsync(hubs, Enumerable.Range(1, 30).Select(i => AuditLine.Utf8(AuditLine.OfNoNote(9, i))), "short");
        using (var admin = new HttpClient { BaseAddress = new Uri(hubs.Says["admin"]) }) (await admin.PostAsync("/faults/truncate?hub=short&keep=10", null, Stop)).EnsureSuccessStatusCode();
        await server.StartAsync();
        var short_ = await SourceAsync(server, s => s.GetProperty("events").GetInt64() == 10, "short");
        // Its checkpoints lie in the container, where Azure's own processors would look for them.
        Assert.True(await container.GetBlobClient("127.0.0.1/short/$default/checkpoint/0").ExistsAsync(Stop));
        Assert.Equal(20, short_.GetProperty("lost").GetInt64());
        Assert.Contains("20", (await server.AlertAsync("events-gone-before-they-were-read")).GetProperty("sentence").GetString(), StringComparison.Ordinal);
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
        Assert.Equal(["malformed-json"], (await server.QuarantineAsync(1)).Select(q => q.GetProperty("reason").GetString()));
        var before = (await server.MetricsAsync())["auditwatch_source_events_total"];
        for (var waited = 0; (await server.MetricsAsync())["auditwatch_source_repeats_total"] < lines.Count; waited += 100)
        {
            Assert.True(waited < 60_000, server.Error);
            await Task.Delay(100, Stop);
        }
        Assert.Equal(before, (await server.MetricsAsync())["auditwatch_source_events_total"]);
        Assert.Equal(0, await server.TerminateAsync());
        var exported = await AuditWatchCommand.RunAsync("journal", "export", "--data", data);
        Assert.Equal(lines.Count + 10, exported.Lines.Length);
        Assert.Single((await AuditWatchCommand.RunAsync("quarantine", "list", "--data", data)).Lines);
        Assert.DoesNotContain(AzuriteServer.Key, server.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("SAS_KEY_VALUE", server.Error, StringComparison.Ordinal);
    }

    static async Task<JsonElement> SourceAsync(ServerProcess server, Func<JsonElement, bool> holds, string name = "aks-west")
    {
        for (var waited = 0; ; waited += 50)
        {
            var source = (await server.ListAsync("sources", "")).FirstOrDefault(s => s.GetProperty("source").GetString() == name);
            if (source.ValueKind == JsonValueKind.Object && holds(source)) return source;
            Assert.True(waited < 60_000, $"Waited in vain: {source}\n{server.Error}");
            await Task.Delay(50, Stop);
        }
    }

    // With several hubs none is in the string.
    static string ConnectionOf(KitServer hubs) => hubs.Says["connection-string"].Split(";EntityPath", 2)[0];

    static async Task SendAsync(KitServer hubs, IEnumerable<byte[]> bodies, string hub = Hub)
    {
        await using var producer = new EventHubProducerClient(ConnectionOf(hubs), hub);
        foreach (var lot in bodies.Chunk(5)) await producer.SendAsync(lot.Select(b => new EventData(b)), Stop);
    }
}
