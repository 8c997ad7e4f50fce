using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text.Json;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Journal.Kafka;
using AuditWatch.Ingest.Tests.Sources;
using AuditWatch.Testing;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Xunit;

namespace AuditWatch.Ingest.Tests.Journal.Kafka;

/// <summary>What verify, export and stats say of topics that were tampered with, by somebody who may write to the brokers.</summary>
public sealed class KafkaVerifyTests(SharedServers servers) : IAsyncLifetime
{
    readonly MemoryAssignments _assignments = new();
    KafkaJournalOptions _options = new() { Bootstrap = "", Topic = "journal-" + Guid.NewGuid().ToString("N"), Partitions = 2 };

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Kit.Folder is not null, Kit.Missing);
        _options = _options with { Bootstrap = await servers.KafkaAsync() };
        await using var one = await KafkaJournal.OpenAsync(_options, _assignments, TimeProvider.System, stop: Stop);
        await using var other = await KafkaJournal.OpenAsync(_options, _assignments, TimeProvider.System, stop: Stop);
        for (var i = 0; i < 10; i++)
        {
            await one.AppendAsync(JournalContract.Batch("a", 2 * i, 2 * i + 1), Stop);
            await other.AppendAsync(JournalContract.Batch("a", 2 * i), Stop);
            await one.AppendAsync(JournalContract.Batch("b", i), Stop);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task An_untouched_topic_is_whole_and_so_is_one_whose_beginning_retention_took()
    {
        var report = await KafkaJournalVerifier.VerifyAsync(_options, Stop);
        Assert.Empty(report.Findings);
        Assert.Equal((2, 2, 0, 30L, 40L, 10L), (report.Partitions, report.Producers, report.Cut, report.Frames, report.Records, report.Repeats));
        using (var admin = KafkaConnection.Admin(_options)) await admin.DeleteRecordsAsync([new TopicPartitionOffset(_options.Topic, 0, 5)]);
        report = await KafkaJournalVerifier.VerifyAsync(_options, Stop);
        Assert.Empty(report.Findings);
        Assert.Equal((2, 25L), (report.Cut, report.Frames));
    }

    // Each deed by itself, on a copy of the topic: at which offset what is said of it.
    static readonly (string Deed, int Offset, string Said)[] s_deeds =
    [
        ("changed", 6, "checksum does not hold"),
        ("changed with its checksum", 8, "does not continue the hash chain"),
        ("removed", 5, "1 frames of producer"),
        ("swapped", 4, "1 frames of producer"),
        ("doubled", 7, "where frame 4 is due"),
        ("given another number", 6, "the frame itself says otherwise"),
        ("foreign", 6, "none of the journal's"),
        ("beginning removed", 0, "retention did not take them"),
        ("in another partition", 0, "does not begin a chain"),
    ];

    [Fact]
    public async Task What_was_done_to_a_record_is_found_and_named_with_its_place()
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = _options.Bootstrap }).Build();
        foreach (var ((deed, offset, said), number) in s_deeds.Select((d, i) => (d, i)))
        {
            var records = await RawAsync(0);
            var partition = deed == "in another partition" ? 1 : 0;
            switch (deed)
            {
                case "changed": records[6].Value[^20] ^= 1; break;
                case "changed with its checksum": Reseal(records[6].Value, b => b[32] ^= 1); break;
                case "removed": records.RemoveAt(4); break;
                case "swapped": (records[4], records[6]) = (records[6], records[4]); break;
                case "doubled": records.Insert(7, records[6]); break;
                case "given another number": records[6] = records[6] with { Key = [.. records[6].Key[..23], 9, .. records[6].Key[24..]] }; break;
                case "foreign": records.Insert(6, new([1, 2, 3], [4, 5])); break;
                case "beginning removed": records.RemoveRange(0, 4); break;
            }
            var tampered = _options with { Topic = $"{_options.Topic}-{number}" };
            await KafkaConnection.PartitionsAsync(tampered);
            foreach (var record in records) producer.Produce(new TopicPartition(tampered.Topic, partition), new Message<byte[], byte[]> { Key = record.Key, Value = record.Value });
            producer.Flush(Stop);
            var report = await KafkaJournalVerifier.VerifyAsync(tampered, Stop);
            Assert.False(report.IsWhole);
            Assert.True(report.Findings.Any(f => f.ToString().StartsWith($"{tampered.Topic}/{partition}, offset {offset}:", StringComparison.Ordinal) && f.What.Contains(said, StringComparison.Ordinal)),
                $"{deed}: {string.Join("; ", report.Findings)}");
        }
    }

    [Fact]
    public async Task Export_names_topic_partition_offset_and_index_and_leaves_repeats_out()
    {
        await using var journal = await KafkaJournal.OpenAsync(_options, _assignments, TimeProvider.System, stop: Stop);
        using var output = new MemoryStream();
        Assert.Equal(20, await JournalExport.WriteAsync([journal.Open(0), journal.Open(1)], output, RecordKind.Audit, "a", 0, Stop));
        var lines = System.Text.Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        using var second = JsonDocument.Parse(lines[3]);
        Assert.Equal(["topic", "partition", "offset", "index", "cluster", "source", "received", "event"], second.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Equal((_options.Topic, 0, 2L, 1), (second.RootElement.GetProperty("topic").GetString(), second.RootElement.GetProperty("partition").GetInt32(),
            second.RootElement.GetProperty("offset").GetInt64(), second.RootElement.GetProperty("index").GetInt32()));
        var stats = await KafkaJournalStats.ReadAsync(_options, Stop);
        Assert.Equal([("a", 30L, 20L), ("b", 10L, 10L)], stats.Groups.Select(g => (g.Cluster, g.Records, g.Frames)));
        Assert.Equal([(0, 0L, 20L), (1, 0L, 10L)], stats.Partitions);
        Assert.Equal((stats.Bytes, 0L), (stats.Groups.Sum(g => g.PackedBytes), stats.UnreadableBytes));
    }

    static void Reseal(byte[] frame, Action<byte[]> change)
    {
        change(frame);
        BinaryPrimitives.WriteUInt64LittleEndian(frame.AsSpan(112), XxHash3.HashToUInt64(frame.AsSpan(0, 112)));
        BinaryPrimitives.WriteUInt64LittleEndian(frame.AsSpan(frame.Length - 8), XxHash3.HashToUInt64(frame.AsSpan(0, frame.Length - 8)));
    }

    async Task<List<Raw>> RawAsync(int partition)
    {
        await using var pump = new PartitionPump(_options, partition, isPatient: false, static _ => { });
        await pump.BeginAsync(0);
        var records = new List<Raw>();
        await foreach (var item in pump.Items.ReadAllAsync(Stop))
        {
            if (item.IsEnd) break;
            records.Add(new Raw(item.Key, item.Value));
        }
        return records;
    }

    sealed record Raw(byte[] Key, byte[] Value);
}
