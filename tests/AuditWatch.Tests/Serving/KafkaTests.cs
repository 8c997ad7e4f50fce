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
        await CreateTopicAsync(broker);

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
            """, Stop);
        var data = Path.Combine(_work, "data");
        await using var server = new ServerProcess(data, "http", "--config", config);
        await server.StartAsync();
        Send(broker, bodies.Take(150));
        await UntilAsync(server, 1);
        await server.KillAsync();
        Send(broker, bodies.Skip(150).Take(100));
        await server.StartAsync();
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
        Assert.Equal($"insights-logs-kube-audit/0/{bodies.Count - 1}", source.GetProperty("last_position").GetString());
        await server.QuietAsync();
        var raised = (await server.ListAsync("alerts")).Select(a => a.GetProperty("alert_id").GetString()!).Order(StringComparer.Ordinal).ToList();
        var metrics = await server.MetricsAsync();
        Assert.Equal(0, await server.TerminateAsync());

        var scanned = await AuditWatchCommand.RunAsync("scan", Path.Combine(Kit.Recordings!, "production", "audit.log.zst"), "--cluster", "prod", "--format", "ndjson");
        Assert.Equal(scanned.Lines.Select(l => JsonElement.Parse(l).GetProperty("alert_id").GetString()!).Order(StringComparer.Ordinal), raised);
        var exported = await AuditWatchCommand.RunAsync("journal", "export", "--data", data);
        Assert.Equal(lines.Count, exported.Lines.Length);
        Assert.DoesNotContain("FAKE-kit-key", server.Error, StringComparison.Ordinal);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{lines.Count} events in {bodies.Count} messages, {raised.Count} alerts, {metrics["auditwatch_source_repeats_total"]} repeats and {metrics["auditwatch_source_errors_total"]} errors in the last life."));
    }

    static async Task UntilAsync(ServerProcess server, long events) => await SourceAsync(server, s => s.GetProperty("events").GetInt64() >= events);

    static async Task<JsonElement> SourceAsync(ServerProcess server, Func<JsonElement, bool> holds)
    {
        for (var waited = 0; ; waited += 50)
        {
            var source = (await server.ListAsync("sources", "")).FirstOrDefault(s => s.GetProperty("source").GetString() == "aks");
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

    static async Task CreateTopicAsync(KitServer broker)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig(Client(broker))).Build();
        // One partition: a scan reads in one order too.
        await admin.CreateTopicsAsync([new TopicSpecification { Name = "insights-logs-kube-audit", NumPartitions = 1, ReplicationFactor = 1 }]);
    }

    static void Send(KitServer broker, IEnumerable<byte[]> bodies)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig(Client(broker)) { LingerMs = 5, EnableIdempotence = true }).Build();
        foreach (var body in bodies) producer.Produce("insights-logs-kube-audit", new Message<Null, byte[]> { Value = body });
        producer.Flush(Stop);
    }
}
