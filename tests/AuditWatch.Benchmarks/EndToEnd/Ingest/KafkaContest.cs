using AuditWatch.Ingest.Pipeline;
using AuditWatch.Ingest.Sources;
using AuditWatch.Ingest.Sources.Kafka;
using AuditWatch.Testing;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging.Abstractions;

namespace AuditWatch.Benchmarks.EndToEnd.Ingest;

/// <summary>A real broker with a topic of four partitions: one audit event a message, as collectors send them, or AKS records.</summary>
internal sealed class KafkaContest : ReadContest
{
    readonly KitServer _broker;
    readonly int _messages;
    readonly string _topic;
    int _groups;

    KafkaContest(KitServer broker, string name, int messages, long events) : base(events, 4) => (_broker, Name, _topic, _messages) = (broker, name, "audit", messages);

    public override string Name { get; }

    public static async Task<KafkaContest> StartAsync(string name, IEnumerable<byte[]> messages, long events)
    {
        var broker = await KitServer.StartAsync("kafka");
        using (var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.Says["bootstrap"] }).Build())
            await admin.CreateTopicsAsync([new TopicSpecification { Name = "audit", NumPartitions = 4, ReplicationFactor = 1 }]);
        var sent = 0;
        using (var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = broker.Says["bootstrap"], LingerMs = 20, BatchSize = 500_000, QueueBufferingMaxMessages = 100_000 }).Build())
        {
            foreach (var message in messages)
            {
                while (true)
                {
                    try
                    {
                        producer.Produce(new TopicPartition("audit", sent % 4), new Message<Null, byte[]> { Value = message });
                        break;
                    }
                    catch (ProduceException<Null, byte[]> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
                    {
                        producer.Poll(TimeSpan.FromMilliseconds(50));
                    }
                }
                sent++;
            }
            producer.Flush(CancellationToken.None);
        }
        return new KafkaContest(broker, name, sent, events);
    }

    protected override Task ReadAsync(Taker take) => Task.Factory.StartNew(() =>
    {
        using var consumer = KafkaClient.Builder(Options()).Build();
        consumer.Assign(Enumerable.Range(0, 4).Select(p => new TopicPartitionOffset(_topic, p, Offset.Beginning)));
        for (var left = _messages; left > 0;)
        {
            if (consumer.Consume(1000) is not { Message.Value: { } value }) continue;
            take(value);
            left--;
        }
        consumer.Close();
    }, TaskCreationOptions.LongRunning);

    protected override IPartitionSource Source(IngestPipeline pipeline, Func<bool> isOverHighWater, string folder) =>
        new KafkaSource(Options(), pipeline, isOverHighWater, TimeProvider.System, NullLogger<KafkaSource>.Instance);

    public override ValueTask DisposeAsync() => _broker.DisposeAsync();

    KafkaOptions Options() => new() { Name = "kafka", Cluster = "load", Bootstrap = _broker.Says["bootstrap"], Topics = [_topic], Group = "g" + ++_groups };
}
