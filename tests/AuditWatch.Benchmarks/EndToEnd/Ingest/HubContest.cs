using System.Globalization;
using AuditWatch.Ingest.Pipeline;
using AuditWatch.Ingest.Sources;
using AuditWatch.Ingest.Sources.EventHubs;
using AuditWatch.Testing;
using Azure.Messaging.EventHubs;
using Azure.Messaging.EventHubs.Consumer;
using Azure.Messaging.EventHubs.Primitives;
using Azure.Messaging.EventHubs.Producer;
using Microsoft.Extensions.Logging.Abstractions;

namespace AuditWatch.Benchmarks.EndToEnd.Ingest;

/// <summary>The kit's event hub of four partitions with AKS records, the official client on both sides.</summary>
internal sealed class HubContest : ReadContest
{
    readonly KitServer _hubs;
    readonly int[] _messages;

    HubContest(KitServer hubs, int[] messages, long events) : base(events, 4) => (_hubs, _messages) = (hubs, messages);

    public override string Name => "Event Hubs, AKS records";

    string ConnectionString => _hubs.Says["connection-string"];

    public static async Task<HubContest> StartAsync(IEnumerable<byte[]> messages, long events)
    {
        var hubs = await KitServer.StartAsync("eventhubs", "--hub", "audit:4");
        var sent = new int[4];
        var lots = 0;
        await using (var producer = new EventHubProducerClient(hubs.Says["connection-string"]))
        {
            foreach (var lot in messages.Chunk(5))
            {
                var partition = lots++ % 4;
                await producer.SendAsync(lot.Select(m => new EventData(m)), new SendEventOptions { PartitionId = Text(partition) });
                sent[partition] += lot.Length;
            }
        }
        return new HubContest(hubs, sent, events);
    }

    protected override Task ReadAsync(Taker take) => Task.WhenAll(Enumerable.Range(0, 4).Select(partition => Task.Run(async () =>
    {
        // As the processor of the product asks for them.
        await using var receiver = new PartitionReceiver("$Default", Text(partition), EventPosition.Earliest, ConnectionString, new PartitionReceiverOptions { PrefetchCount = 300, PrefetchSizeInBytes = 8 << 20 });
        for (var left = _messages[partition]; left > 0;)
        {
            foreach (var message in await receiver.ReceiveBatchAsync(200, TimeSpan.FromSeconds(1)))
            {
                take(message.EventBody.ToMemory().Span);
                left--;
            }
        }
    })));

    protected override IPartitionSource Source(IngestPipeline pipeline, Func<bool> isOverHighWater, string folder) => new EventHubsSource(
        new EventHubsOptions { Name = "hubs", Cluster = "load", ReadConnectionString = () => ConnectionString, Identifier = "one", BalanceEvery = TimeSpan.FromSeconds(2) },
        pipeline, new LastingCheckpoints(), isOverHighWater, TimeProvider.System, NullLogger<EventHubsSource>.Instance);

    public override ValueTask DisposeAsync() => _hubs.DisposeAsync();

    static string Text(int partition) => partition.ToString(CultureInfo.InvariantCulture);
}
