using System.Globalization;
using System.Text.Json;
using AuditWatch.Testing;
using AuditWatch.Tests.Running;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Xunit;

namespace AuditWatch.Tests.Serving;

/// <summary>A real server reads a real broker that looks like an Event Hubs namespace (SASL over TLS), and both are killed on the way.</summary>
public sealed class KafkaTests(ITestOutputHelper output)
{
    const string Password = "Endpoint=sb://localhost/;SharedAccessKeyName=k;SharedAccessKey=FAKE-kit-key";
    readonly string _work = Directory.CreateTempSubdirectory("aw-kafka").FullName;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_sent_is_in_the_journal_once_and_alerts_are_those_of_a_scan_whoever_is_killed()
    {
        Assert.SkipUnless(Kit.Recordings is not null, Kit.Missing);
        await using var broker = await KitServer.StartAsync("kafka", "--sasl", "$ConnectionString:" + Password);
        var lines = AksRecords.Lines("production");
        var bodies = lines.Chunk(20).Select(c => AksRecords.Body(c)).ToList();
        await CreateTopicsAsync(broker);

        await File.WriteAllTextAsync(Path.Combine(_work, "password"), Password + "\n", Stop);
        var config = Path.Combine(_work, "auditwatch.yaml");
        await File.WriteAllTextAsync(config, $$"""
            sources:
              - name: aks
                type: kafka
                cluster: prod
                bootstrap: {{broker.Says["bootstrap"]}}
                topics: [insights-logs-kube-audit]
                security: {protocol: SASL_SSL, mechanism: PLAIN, username: $ConnectionString, password_file: {{Path.Combine(_work, "password")}}, ca_file: {{broker.Data}}/tls/ca.pem}
              - name: short
                type: kafka
                cluster: short
                bootstrap: {{broker.Says["bootstrap"]}}
                topics: [short]
                group: short
                start: latest
                security: {protocol: SASL_SSL, mechanism: PLAIN, username: $ConnectionString, password_file: {{Path.Combine(_work, "password")}}, ca_file: {{broker.Data}}/tls/ca.pem}
            """, Stop);
        var data = Path.Combine(_work, "data");
        await using var server = new ServerProcess(data, "http", "--config", config);
        await server.StartAsync();
        Send(broker, bodies.Take(150));
        await UntilAsync(server, 1);
        await SourceAsync(server, s => s.GetProperty("partitions").GetArrayLength() == 1, "short");
        await server.KillAsync();
        Send(broker, [.. bodies.Skip(150).Take(100), "no JSON"u8.ToArray()]);
        // Retention that is shorter than our absence.
        Send(broker, Enumerable.Range(0, 30).Select(i => AuditLine.Utf8(AuditLine.OfNoNote(9, i))), "short");
        await DeleteBeforeAsync(broker, "short", 20);
        await server.StartAsync();
        var short_ = await SourceAsync(server, s => s.GetProperty("events").GetInt64() == 10, "short");
        Assert.Equal(20, short_.GetProperty("lost").GetInt64());
        Assert.Contains("20", (await server.AlertAsync("events-gone-before-they-were-read")).GetProperty("sentence").GetString(), StringComparison.Ordinal);
        await UntilAsync(server, 150 * 20);
        await broker.KillAsync();
        var failing = await SourceAsync(server, s => s.GetProperty("state").GetString() == "failing");
        Assert.NotNull(failing.GetProperty("last_error").GetString());
        await broker.StartAsync();
        Send(broker, bodies.Skip(250));
        await UntilAsync(server, lines.Count);

        var source = await SourceAsync(server, s => s.GetProperty("state").GetString() == "running" && s.GetProperty("lag").ValueKind == JsonValueKind.Number && s.GetProperty("lag").GetInt64() == 0);
        Assert.Equal("kafka", source.GetProperty("type").GetString());
        Assert.Equal("prod", source.GetProperty("cluster").GetString());
        Assert.Equal(lines.Count, source.GetProperty("events").GetInt64());
        Assert.Equal($"insights-logs-kube-audit/0/{bodies.Count}", source.GetProperty("last_position").GetString());
        await server.QuietAsync();
        Assert.Equal(["malformed-json"], (await server.QuarantineAsync(1)).Select(q => q.GetProperty("reason").GetString()));
        var raised = (await server.ListAsync("alerts")).Where(a => a.GetProperty("cluster").GetString() == "prod").Select(a => a.GetProperty("alert_id").GetString()!).Order(StringComparer.Ordinal).ToList();
        var metrics = await server.MetricsAsync();
        Assert.Equal(0, await server.TerminateAsync());

        var scanned = await AuditWatchCommand.RunAsync("scan", Path.Combine(Kit.Recordings!, "production", "audit.log.zst"), "--cluster", "prod", "--format", "ndjson");
        Assert.Equal(scanned.Lines.Select(l => JsonElement.Parse(l).GetProperty("alert_id").GetString()!).Order(StringComparer.Ordinal), raised);
        var exported = await AuditWatchCommand.RunAsync("journal", "export", "--data", data);
        Assert.Equal(lines.Count + 10, exported.Lines.Length);
        Assert.DoesNotContain("FAKE-kit-key", server.Error, StringComparison.Ordinal);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{lines.Count} events in {bodies.Count} messages, {raised.Count} alerts, {metrics["auditwatch_source_repeats_total"]} repeats and {metrics["auditwatch_source_errors_total"]} errors in the last life."));
    }

    static async Task UntilAsync(ServerProcess server, long events) => await SourceAsync(server, s => s.GetProperty("events").GetInt64() >= events);

    static async Task<JsonElement> SourceAsync(ServerProcess server, Func<JsonElement, bool> holds, string name = "aks")
    {
        for (var waited = 0; ; waited += 50)
        {
            var source = (await server.ListAsync("sources", "")).FirstOrDefault(s => s.GetProperty("source").GetString() == name);
            if (source.ValueKind == JsonValueKind.Object && holds(source)) return source;
            Assert.True(waited < 60_000, $"Waited in vain: {source}\n{server.Error}");
            await Task.Delay(50, Stop);
        }
    }

    static ClientConfig Client(KitServer broker) => new()
    {
        BootstrapServers = broker.Says["bootstrap"], SecurityProtocol = SecurityProtocol.SaslSsl, SaslMechanism = SaslMechanism.Plain,
        SaslUsername = "$ConnectionString", SaslPassword = Password, SslCaLocation = broker.Data + "/tls/ca.pem",
    };

    static async Task CreateTopicsAsync(KitServer broker)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig(Client(broker))).Build();
        // One partition: a scan reads in one order too.
        await admin.CreateTopicsAsync([new TopicSpecification { Name = "insights-logs-kube-audit", NumPartitions = 1, ReplicationFactor = 1 }, new TopicSpecification { Name = "short", NumPartitions = 1, ReplicationFactor = 1 }]);
    }

    static async Task DeleteBeforeAsync(KitServer broker, string topic, long offset)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig(Client(broker))).Build();
        await admin.DeleteRecordsAsync([new TopicPartitionOffset(topic, 0, offset)]);
    }

    static void Send(KitServer broker, IEnumerable<byte[]> bodies, string topic = "insights-logs-kube-audit")
    {
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig(Client(broker)) { LingerMs = 5, EnableIdempotence = true }).Build();
        foreach (var body in bodies) producer.Produce(topic, new Message<Null, byte[]> { Value = body });
        producer.Flush(Stop);
    }
}
