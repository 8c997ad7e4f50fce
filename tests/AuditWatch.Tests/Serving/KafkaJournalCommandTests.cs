using System.Text;
using System.Text.Json;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Journal.Kafka;
using AuditWatch.Ingest.Sources.Kafka;
using AuditWatch.Testing;
using AuditWatch.Tests.Running;
using Confluent.Kafka;
using Xunit;

namespace AuditWatch.Tests.Serving;

/// <summary><c>journal verify|export|stats --config</c> on a real broker with the login of Event Hubs (SASL over TLS).</summary>
public sealed class KafkaJournalCommandTests
{
    const string Password = "Endpoint=sb://localhost/;SharedAccessKeyName=k;SharedAccessKey=FAKE-kit-key";
    readonly string _work = Directory.CreateTempSubdirectory("aw-kafka-journal").FullName;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_topic_is_verified_exported_and_counted_and_an_altered_record_is_exit_1_with_its_place()
    {
        Assert.SkipUnless(Kit.Folder is not null, Kit.Missing);
        await using var broker = await KitServer.StartAsync("kafka", "--sasl", "$ConnectionString:" + Password);
        var options = new KafkaJournalOptions
        {
            Bootstrap = broker.Says["bootstrap"], Topic = "audit", Partitions = 2,
            Security = new KafkaSecurity("SASL_SSL", "PLAIN") { Username = "$ConnectionString", ReadPassword = () => Password, CaFile = broker.Data + "/tls/ca.pem" },
        };
        await using (var journal = await KafkaJournal.OpenAsync(options, new ByFirstLetter(), TimeProvider.System, stop: Stop))
        {
            await journal.AppendAsync(Batch("a", "one", "two"), Stop);
            await journal.AppendAsync(Batch("b", "three"), Stop);
            await journal.AppendAsync(Batch("a", "four"), Stop);
        }
        await File.WriteAllTextAsync(Path.Combine(_work, "password"), Password + "\n", Stop);
        var config = Path.Combine(_work, "auditwatch.yaml");
        await File.WriteAllTextAsync(config, $$"""
            journal:
              kafka:
                bootstrap: {{options.Bootstrap}}
                topic: audit
                security: {protocol: SASL_SSL, mechanism: PLAIN, username: $ConnectionString, password_file: {{Path.Combine(_work, "password")}}, ca_file: {{broker.Data}}/tls/ca.pem}
            """, Stop);

        var verified = await AuditWatchCommand.RunAsync("journal", "verify", "--config", config);
        Assert.True(verified.ExitCode == 0, verified.Error);
        Assert.Contains("2 partitions, 1 producers, 3 frames, 4 records (0 of them repeats)", verified.Error, StringComparison.Ordinal);
        var exported = await AuditWatchCommand.RunAsync("journal", "export", "--config", config, "--cluster", "a");
        Assert.True(exported.ExitCode == 0, exported.Error);
        Assert.Equal(["audit 0 0 0 one", "audit 0 0 1 two", "audit 0 1 0 four"], exported.Lines.Select(Place));
        var counted = await AuditWatchCommand.RunAsync("journal", "stats", "--config", config);
        Assert.Equal(["a 3", "b 1"], counted.Lines.Select(l => JsonDocument.Parse(l).RootElement).Select(r => $"{r.GetProperty("cluster")} {r.GetProperty("records")}"));
        Assert.Contains("0: 0 to 2, 1: 0 to 1", counted.Error, StringComparison.Ordinal);

        await AlterAsync(options);
        verified = await AuditWatchCommand.RunAsync("journal", "verify", "--config", config);
        Assert.Equal(1, verified.ExitCode);
        Assert.Contains("audit/1, offset 1: the frame's checksum does not hold.", verified.Error, StringComparison.Ordinal);
        var nowhere = await AuditWatchCommand.RunAsync(["journal", "verify", "--config", config], null, null, ("AUDITWATCH_JOURNAL__KAFKA__TOPIC", "other"));
        Assert.NotEqual(0, nowhere.ExitCode);
        Assert.Contains("The topic other is not there", nowhere.Error, StringComparison.Ordinal);
    }

    static string Place(string line)
    {
        var row = JsonDocument.Parse(line).RootElement;
        return $"{row.GetProperty("topic")} {row.GetProperty("partition")} {row.GetProperty("offset")} {row.GetProperty("index")} {row.GetProperty("event").GetProperty("auditID")}";
    }

    static JournalBatch Batch(string cluster, params string[] ids) =>
        new(cluster, "webhook", "", RecordKind.Audit, [.. ids.Select(i => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes($$"""{"kind":"Event","auditID":"{{i}}"}"""))]);

    // Somebody with the right to write takes the record of partition 1, changes a byte of it, and puts it behind.
    static async Task AlterAsync(KafkaJournalOptions options)
    {
        var client = new ClientConfig
        {
            BootstrapServers = options.Bootstrap, SecurityProtocol = SecurityProtocol.SaslSsl, SaslMechanism = SaslMechanism.Plain, SaslUsername = "$ConnectionString", SaslPassword = Password,
            SslCaLocation = options.Security!.CaFile,
        };
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig(new Dictionary<string, string>(client)) { GroupId = "any" }).Build();
        consumer.Assign(new TopicPartitionOffset(options.Topic, 1, 0));
        var record = consumer.Consume(TimeSpan.FromSeconds(30)).Message;
        record.Value[^12] ^= 1;
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig(client)).Build();
        await producer.ProduceAsync(new TopicPartition(options.Topic, 1), new Message<byte[], byte[]> { Key = record.Key, Value = record.Value }, Stop);
    }

    sealed class ByFirstLetter : IPartitionAssignments
    {
        public Task<int> AssignAsync(string topic, string cluster, IReadOnlyList<int> partitions, CancellationToken stop) => Task.FromResult(cluster[0] - 'a');

        public Task<IReadOnlyDictionary<string, int>> ListAsync(string topic, CancellationToken stop) => Task.FromResult<IReadOnlyDictionary<string, int>>(new Dictionary<string, int>());
    }
}
