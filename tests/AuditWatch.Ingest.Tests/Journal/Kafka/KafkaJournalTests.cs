using System.Text;
using AuditWatch.Events;
using AuditWatch.Events.Redaction;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Journal.Kafka;
using AuditWatch.Ingest.Pipeline;
using AuditWatch.Ingest.Tests.Pipeline;
using AuditWatch.Ingest.Tests.Sources;
using AuditWatch.Testing;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Xunit;

namespace AuditWatch.Ingest.Tests.Journal.Kafka;

/// <summary>Against a real broker: what every journal promises, and what several writers and readers of one partition see.</summary>
public sealed class KafkaJournalTests(SharedServers servers) : JournalContract, IAsyncLifetime
{
    readonly MemoryAssignments _assignments = new();
    KafkaJournalOptions _options = new() { Bootstrap = "", Topic = "journal-" + Guid.NewGuid().ToString("N"), Partitions = 1 };

    protected override bool WriterRemembers => false;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Kit.Folder is not null, Kit.Missing);
        _options = _options with { Bootstrap = await servers.KafkaAsync() };
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override async ValueTask<IJournal> OpenAsync() => await OpenKafkaAsync();

    Task<KafkaJournal> OpenKafkaAsync() => KafkaJournal.OpenAsync(_options, _assignments, TimeProvider.System, stop: Stop);

    [Fact]
    public async Task What_two_ingesters_each_took_in_is_read_once_and_every_reader_drops_the_same()
    {
        await using var one = await OpenKafkaAsync();
        await using var other = await OpenKafkaAsync();
        await one.AppendAsync(Batch("prod", 1, 2, 3), Stop);
        await other.AppendAsync(Batch("prod", 2), Stop);                 // a whole frame of repeats
        await other.AppendAsync(Batch("prod", 3, 4, 1, 5, 6, 2 + 7), Stop);   // repeats at the beginning and within
        await one.AppendAsync(Batch("prod", 10, 6), Stop);               // at the end
        var all = await ReadAll(one);
        Assert.Equal([1, 2, 3, 4, 5, 6, 9, 10], all.Select(NumberOf));
        // Each record keeps the index that it has in its frame.
        Assert.Equal([(0, 0), (0, 1), (0, 2), (2, 1), (2, 3), (2, 4), (2, 5), (3, 0)], all.Select(r => (r.Position.Frame, r.Position.Index)));
        // From wherever it is read, another reader gets what is left of exactly that.
        for (var i = 0; i < all.Count; i++) Assert.Equal(all[(i + 1)..], await ReadAll(other, all[i].Position));
        foreach (var (position, text) in all)
        {
            await using var partition = one.Open(0);
            Assert.Equal(text, Encoding.UTF8.GetString((await partition.ReadRecordAsync(position, Stop))!.Utf8.Span));
        }
    }

    [Fact]
    public async Task A_body_of_40_MB_is_taken_in_whole()
    {
        var noise = new byte[750_000];
        var random = new Random(40);
        var events = Enumerable.Range(0, 40).Select(number =>
        {
            random.NextBytes(noise);
            return PipelineFixture.Event(number, $$""","responseObject":{"blob":"{{Convert.ToBase64String(noise)}}"}""");
        }).ToList();
        var body = Encoding.UTF8.GetBytes(PipelineFixture.List(events));
        Assert.True(body.Length > 40_000_000);
        await using var journal = await OpenKafkaAsync();
        var options = new IngestOptions();
        using var ingest = new WebhookReceiver(new IngestPipeline(journal, new Redactor(Encoding.ASCII.GetBytes("a key of one installation 123456"), new RedactionOptions()), TimeProvider.System, options),
            TimeProvider.System, options, () => journal.IsOverHighWater);

        var answer = await ingest.ReceiveAsync("prod", new MemoryStream(body), body.Length, Stop);

        Assert.Equal((WebhookOutcome.Accepted, 40, 0L), (answer.Outcome, (int)answer.Ingested.Accepted, (long)answer.Ingested.Quarantined));
        Assert.Equal(events, (await ReadAll(journal)).Select(r => r.Text));
        Assert.Empty((await KafkaJournalVerifier.VerifyAsync(_options, Stop)).Findings);
        Assert.False(journal.IsOverHighWater);
    }

    [Fact]
    public async Task The_position_arrives_at_the_end_though_the_last_records_are_repeats()
    {
        await using var one = await OpenKafkaAsync();
        await using var other = await OpenKafkaAsync();
        await one.AppendAsync(Batch("prod", 1, 2, 3), Stop);
        var end = (await other.AppendAsync(Batch("prod", 4, 3), Stop)).Last;
        await other.AppendAsync(Batch("prod", 1, 2), Stop);
        await using var partition = one.Open(0);
        var frames = new List<(EventPosition Last, int Fresh)>();
        await foreach (var frame in partition.ReadAsync(EventPosition.Start, follow: true, Stop))
        {
            frames.Add((frame.PositionOf(frame.Records.Count - 1), frame.Fresh.Count));
            if (frame.PositionOf(frame.Records.Count - 1) >= partition.End) break;
        }
        Assert.Equal([(KafkaPlace.Of(0, 2), 3), (KafkaPlace.Of(1, 0), 1), (end, 0), (KafkaPlace.Of(2, 1), 0)], frames);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1500)]
    public async Task A_reader_that_is_started_again_anywhere_tells_the_same_repeats_over_exactly_the_window(int window)
    {
        _options = _options with { RepeatWindow = window };
        // Two writers without a memory of their own, sending each event again at distances around the window.
        await using var one = await KafkaJournal.OpenAsync(_options with { RepeatWindow = 1 }, _assignments, TimeProvider.System, stop: Stop);
        await using var other = await KafkaJournal.OpenAsync(_options with { RepeatWindow = 1 }, _assignments, TimeProvider.System, stop: Stop);
        await using var journal = await OpenKafkaAsync();
        var random = new Random(window);
        var appends = new List<Task>();
        for (var i = 0; i < 300; i++)
        {
            var numbers = Enumerable.Range(0, 1 + random.Next(2 * window / 20 + 1)).Select(_ => random.Next(window * 3 / 2)).Distinct().ToArray();
            appends.Add((i % 2 == 0 ? one : other).AppendAsync(Batch("prod", numbers), Stop).AsTask());
        }
        await Task.WhenAll(appends);
        var raw = await RawIdsAsync();
        var last = new List<EventId>();
        var expected = new List<EventPosition>();
        foreach (var (position, id) in raw)
        {
            if (!last.Contains(id)) expected.Add(position);
            last.Add(id);
            if (last.Count > window) last.RemoveAt(0);
        }
        var read = await ReadAll(journal);
        Assert.Equal(expected, read.Select(r => r.Position));
        Assert.InRange(read.Count, window / 2, raw.Count - 20);
        foreach (var at in new[] { 0, 1, 7, read.Count / 3, read.Count / 2, read.Count - 2, read.Count - 1 })
            Assert.Equal(expected[(at + 1)..], (await ReadAll(journal, read[at].Position)).Select(r => r.Position));
    }

    [Fact]
    public async Task A_frame_of_several_Kafka_records_is_put_together_between_those_of_others_and_from_behind_its_beginning()
    {
        await using var one = await OpenKafkaAsync();
        await using var other = await OpenKafkaAsync();
        var noise = new byte[5 << 20];
        new Random(1).NextBytes(noise);
        var large = Encoding.UTF8.GetBytes("{\"auditID\":\"00000099\",\"n\":\"" + Convert.ToBase64String(noise) + "\"}");
        var large2 = Encoding.UTF8.GetBytes("{\"auditID\":\"00000098\",\"n\":\"" + Convert.ToBase64String(noise) + "\"}");
        var sending = Enumerable.Range(0, 40).Select(i => other.AppendAsync(Batch("prod", i), Stop).AsTask()).ToList();
        sending.Add(one.AppendAsync(new JournalBatch("prod", "file", "", RecordKind.Audit, [large]), Stop).AsTask());
        sending.Add(other.AppendAsync(new JournalBatch("prod", "file", "", RecordKind.Audit, [large2]), Stop).AsTask());
        sending.AddRange(Enumerable.Range(40, 40).Select(i => other.AppendAsync(Batch("prod", i), Stop).AsTask()));
        await Task.WhenAll(sending);
        var all = await ReadAll(one);
        Assert.Equal([.. Enumerable.Range(0, 80), 98, 99], all.Select(NumberOf).Order());
        Assert.Equal(Encoding.UTF8.GetString(large), all.Single(r => NumberOf(r) == 99).Text);
        for (var i = 0; i < all.Count; i += 9) Assert.Equal(all[(i + 1)..].Select(r => r.Position), (await ReadAll(other, all[i].Position)).Select(r => r.Position));
        await using var partition = one.Open(0);
        var record = await partition.ReadRecordAsync(all.Single(r => NumberOf(r) == 98).Position, Stop);
        Assert.Equal(large2, record!.Utf8.ToArray());
        Assert.Null(await partition.ReadRecordAsync(KafkaPlace.Of(1_000_000, 0), Stop));
    }

    [Fact]
    public async Task A_frame_that_its_producer_never_finished_holds_nobody_up()
    {
        await using (var journal = await OpenKafkaAsync()) await journal.AppendAsync(Batch("prod", 1), Stop);
        using (var producer = KafkaConnection.Producer(_options).SetLogHandler(static (_, _) => { }).Build())
        {
            // As when a process is killed between two parts.
            await producer.ProduceAsync(new TopicPartition(_options.Topic, 0), new Message<byte[], byte[]> { Key = new PartKey(77, 0, 0, 3).ToBytes(), Value = new byte[100] }, Stop);
            await producer.ProduceAsync(new TopicPartition(_options.Topic, 0), new Message<byte[], byte[]> { Key = new PartKey(77, 0, 1, 3).ToBytes(), Value = new byte[100] }, Stop);
        }
        await using var again = await OpenKafkaAsync();
        await using var partition = again.Open(0);
        var pieces = 0;
        await foreach (var frame in partition.ReadAsync(EventPosition.Start, follow: true, Stop))
        {
            pieces++;
            if (frame.PositionOf(frame.Records.Count - 1) >= partition.End) break;
        }
        Assert.InRange(pieces, 1, 2);
        await again.AppendAsync(Batch("prod", 2), Stop);
        Assert.Equal([1, 2], (await ReadAll(again)).Select(NumberOf));
    }

    [Fact]
    public async Task Clusters_go_to_the_partition_with_the_fewest_and_stay_there()
    {
        _options = _options with { Partitions = 3 };
        await using (var journal = await OpenKafkaAsync())
        {
            foreach (var name in new[] { "a", "b", "c", "d" }) await journal.AppendAsync(Batch(name, 1, 2), Stop);
            Assert.Equal(4, _assignments.Asked);
            await journal.AppendAsync(Batch("a", 3), Stop);
            Assert.Equal(4, _assignments.Asked);
        }
        await using var again = await OpenKafkaAsync();
        Assert.Equal([0, 1, 2], again.Partitions);
        await again.AppendAsync(Batch("d", 4), Stop);
        var clusters = new List<string>();
        foreach (var number in again.Partitions)
        {
            await using var partition = again.Open(number);
            Assert.Equal($"{_options.Topic}/{number}", partition.Name);
            var here = new HashSet<string>();
            await foreach (var frame in partition.ReadAsync(EventPosition.Start, false, Stop)) here.Add(frame.Cluster);
            clusters.Add(string.Join(' ', here.Order()));
        }
        Assert.Equal(["a d", "b", "c"], clusters);
        Assert.Contains("partitions", Assert.Throws<InvalidOperationException>(() => again.End).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_is_looked_up_where_its_records_go_without_reading_what_is_before()
    {
        _options = _options with { Partitions = 3 };
        await using var journal = await OpenKafkaAsync();
        Assert.Equal(EventPosition.Start, journal.EndOf("b"));
        await journal.AppendAsync(Batch("a", 1), Stop);
        await journal.AppendAsync(Batch("b", 1), Stop);
        var before = journal.EndOf("b");
        await journal.AppendAsync(Batch("b", 2, 3), Stop);
        var found = new List<string>();
        await foreach (var frame in journal.ReadClusterAsync("b", before, false, Stop)) found.Add($"{frame.Cluster} {frame.Frame} {frame.FirstIndex} {frame.Records.Count}");
        Assert.Equal(["b 1 0 2"], found);
    }

    [Fact]
    public async Task Clusters_whose_last_word_was_an_event_are_named_to_the_next_reader()
    {
        await using var journal = await OpenKafkaAsync();
        await journal.AppendAsync(Batch("quiet", 1), Stop);
        await journal.AppendAsync(Batch("busy", 2), Stop);
        var read = (await journal.AppendAsync(new JournalBatch("quiet", "idle", "", RecordKind.Idle, ["{}"u8.ToArray()]), Stop)).Last;
        await journal.AppendAsync(Batch("later", 3), Stop);
        await using var partition = journal.Open(0);
        await foreach (var frame in partition.ReadAsync(read, false, Stop)) Assert.Equal("later", frame.Cluster);
        Assert.Equal(["busy"], partition.ClustersWithoutIdleMark);
    }

    [Fact]
    public async Task A_reader_ahead_of_its_topic_says_so_and_one_behind_retention_goes_on_with_what_is_left()
    {
        await using var journal = await OpenKafkaAsync();
        for (var i = 0; i < 10; i++) await journal.AppendAsync(Batch("prod", i), Stop);
        Assert.Contains("made anew", (await Assert.ThrowsAsync<IOException>(() => ReadAll(journal, KafkaPlace.Of(10, 0)))).Message, StringComparison.Ordinal);
        using var admin = KafkaConnection.Admin(_options);
        await admin.DeleteRecordsAsync([new TopicPartitionOffset(_options.Topic, 0, 6)]);
        Assert.Equal([6, 7, 8, 9], (await ReadAll(journal, KafkaPlace.Of(2, 0))).Select(NumberOf));
        await using var partition = journal.Open(0);
        Assert.Null(await partition.ReadRecordAsync(KafkaPlace.Of(3, 0), Stop));
    }

    async Task<List<(EventPosition Position, EventId Id)>> RawIdsAsync()
    {
        var marks = PartitionMarks.Query(_options, 0);
        await using var pump = new PartitionPump(_options, 0, isPatient: false, static _ => { });
        await pump.BeginAsync(0);
        var ids = new List<(EventPosition, EventId)>();
        await foreach (var item in pump.Items.ReadAllAsync(Stop))
        {
            if (item.IsEnd && item.Offset >= marks.High) break;
            Assert.True(FrameBytes.TryOpen(item.Value, out var header));
            for (var i = 0; i < header.Records; i++)
                ids.Add((KafkaPlace.Of(item.Offset, i), new EventId(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(item.Value.AsSpan(header.IdsAt + 16 * i)))));
        }
        return ids;
    }
}
