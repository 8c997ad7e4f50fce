using System.IO.Compression;
using System.Text;
using AuditWatch.Events.Framing;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Pipeline;
using AuditWatch.Ingest.Sources.Falco;
using AuditWatch.Ingest.Tests.Pipeline;
using Xunit;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace AuditWatch.Ingest.Tests.Sources;

/// <summary>Bodies that are small on the wire and large unpacked: what fits is taken, the rest is named and counted, and memory does not follow the sender's wishes.</summary>
public sealed class PackedBodyTests : IAsyncLifetime
{
    const int Mebi = 1 << 20;

    readonly PipelineFixture _it = new(new IngestOptions { MaxRecordBytes = Mebi, MaxUnpackedBytes = 4 * Mebi });

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _it.DisposeAsync();

    [Theory]
    [InlineData("""{"rule":"r","output":"x","output_fields":{"f":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa""")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    [InlineData("                                            ")]
    public async Task A_Falco_body_that_unpacks_without_end_is_left_at_its_limit_named_and_counted(string beginning)
    {
        // One gibibyte behind some hundred kilobytes; and twice packed, so that the layer between is large too.
        var bomb = Bomb(beginning, beginning[^1], 16 * Mebi, times: 64);
        Assert.True(bomb.Length < 2 * Mebi, $"{bomb.Length}");
        using var falco = new FalcoReceiver(_it.Pipeline, () => false);
        foreach (var body in new[] { bomb, Gzip(bomb) })
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var receiving = falco.ReceiveAsync("prod", new MemoryStream(body), body.Length, Stop);
            // Nothing waits before the note is written, so all of the unpacking ran on this thread.
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            var result = await receiving;
            Assert.Equal(WebhookOutcome.Accepted, result.Outcome);
            Assert.True(result.Ingested.Quarantined >= 1);
            Assert.InRange(allocated, 1, 48 * Mebi);
        }
        var notes = (await _it.Quarantine()).Where(n => n.GetProperty("detail").GetString()!.Contains("unpacks to more than 67108864 bytes", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, notes.Count);
        Assert.All(notes, n => Assert.Equal("too-large", n.GetProperty("reason").GetString()));
        Assert.True(_it.Pipeline.Counters.Quarantined["too-large"] >= 2);
    }

    [Fact]
    public async Task Alerts_before_the_limit_are_journaled_while_the_body_is_unpacked_and_those_behind_it_are_not_read()
    {
        using var falco = new FalcoReceiver(_it.Pipeline, () => false) { Limits = new FramingLimits(10_000, 3 * Mebi) };
        var alerts = Enumerable.Range(0, 40_000).Select(n => Alert(n)).ToList();
        var length = alerts[0].Length + 1;
        var result = await falco.ReceiveAsync("prod", new MemoryStream(Gzip(Encoding.UTF8.GetBytes(string.Join('\n', alerts)))), null, Stop);
        var taken = result.Ingested.Accepted;
        Assert.InRange(taken, (2 * Mebi) / length, (3 * Mebi) / length);
        Assert.Equal(alerts[..taken], await _it.Texts(RecordKind.Falco));
        Assert.Equal((long)taken, falco.Accepted);
        Assert.Contains("too-large", (await _it.Quarantine()).Select(n => n.GetProperty("reason").GetString()));
        // The same again stores nothing more, and says nothing new.
        var again = await falco.ReceiveAsync("prod", new MemoryStream(Gzip(Encoding.UTF8.GetBytes(string.Join('\n', alerts)))), null, Stop);
        Assert.Equal((0, taken), (again.Ingested.Accepted, again.Ingested.Repeats));
        Assert.Equal(1, _it.Pipeline.Counters.Quarantined["too-large"]);
    }

    [Fact]
    public async Task An_alert_beyond_the_largest_and_a_flood_of_lines_that_are_none_cost_the_alerts_between_them_nothing()
    {
        using var falco = new FalcoReceiver(_it.Pipeline, () => false);
        var flood = string.Concat(Enumerable.Repeat("no alert\n", 12_000));
        var body = Alert(1) + "\n" + Alert(2, new string('x', 2 * Mebi)) + "\n" + flood + Alert(3) + "\n";
        var result = await falco.ReceiveAsync("prod", new MemoryStream(Gzip(Encoding.UTF8.GetBytes(body))), null, Stop);
        Assert.Equal(new IngestResult(2, 0, 12_001, 0, 0), result.Ingested);
        var notes = (await _it.Quarantine()).GroupBy(n => n.GetProperty("reason").GetString()!).ToDictionary(g => g.Key, g => g.Count());
        Assert.Equal(new Dictionary<string, int> { ["too-large"] = 1, ["malformed-json"] = 9_999, ["too-many"] = 1 }, notes);
    }

    [Fact]
    public async Task A_zstd_frame_that_asks_for_a_hundred_mebibytes_of_memory_is_not_unpacked()
    {
        using var falco = new FalcoReceiver(_it.Pipeline, () => false);
        using var packed = new MemoryStream();
        using (var zstd = new CompressionStream(packed, 3, leaveOpen: true))
        {
            zstd.SetParameter(ZSTD_cParameter.ZSTD_c_windowLog, 27);
            zstd.Write(Encoding.UTF8.GetBytes(Alert(1)));
        }
        var small = new Compressor(3).Wrap(Encoding.UTF8.GetBytes(Alert(2))).ToArray();
        Assert.Equal(new IngestResult(0, 0, 1, 0, 0), (await falco.ReceiveAsync("prod", new MemoryStream(packed.ToArray()), null, Stop)).Ingested);
        Assert.Equal(new IngestResult(1, 0, 0, 0, 0), (await falco.ReceiveAsync("prod", new MemoryStream(small), null, Stop)).Ingested);
        Assert.Equal("malformed-envelope", Assert.Single(await _it.Quarantine()).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Bodies_of_Falco_beyond_the_memory_set_aside_are_sent_away()
    {
        using var falco = new FalcoReceiver(_it.Pipeline, () => false);
        var slow = new TaskCompletionSource();
        var held = Enumerable.Range(0, 4).Select(_ => falco.ReceiveAsync("prod", new WaitingBody(slow.Task), null, Stop)).ToList();
        var fifth = falco.ReceiveAsync("prod", new MemoryStream(Encoding.UTF8.GetBytes(Alert(1))), null, Stop);
        Assert.False(fifth.IsCompleted);
        _it.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(WebhookOutcome.Busy, (await fifth).Outcome);
        slow.SetResult();
        foreach (var one in held) Assert.Equal(WebhookOutcome.Accepted, (await one).Outcome);
    }

    [Fact]
    public async Task A_Firehose_record_that_unpacks_to_too_much_costs_only_itself()
    {
        var bomb = Gzip(Bomb("{\"messageType\":\"DATA_MESSAGE\",\"x\":\"", ' ', 64 * Mebi, times: 1));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var receiving = _it.Receiver.ReceiveAsync("prod", new MemoryStream(Firehose(CloudWatch(1), bomb, CloudWatch(2))), null, Stop);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(new IngestResult(2, 0, 1, 0, 0), (await receiving).Ingested);
        Assert.InRange(allocated, 1, 16 * Mebi);
        Assert.Equal(["1", "2"], Numbers(await _it.Texts(RecordKind.Audit)));
        var note = Assert.Single(await _it.Quarantine());
        Assert.Equal(("too-large", "The record's data unpacks to more than 1 MiB."), (note.GetProperty("reason").GetString(), note.GetProperty("detail").GetString()));
        Assert.Equal(1, _it.Pipeline.Counters.Quarantined["too-large"]);
    }

    [Theory]
    [InlineData(20_000_000)]
    [InlineData(2_000)]
    public async Task The_records_of_one_body_unpack_to_so_much_together_and_the_next_body_begins_anew(int wholeBodyBytes)
    {
        // The second time, the body is cut into its items while it arrives.
        await using var it = new PipelineFixture(new IngestOptions { MaxRecordBytes = Mebi, MaxUnpackedBytes = 4 * Mebi, WholeBodyBytes = wholeBodyBytes });
        var filler = Enumerable.Range(0, 9).Select(n => CloudWatch(n, 600_000)).ToArray();
        var body = Firehose(filler);
        Assert.True(body.Length < 60_000);
        for (var turn = 0; turn < 2; turn++)
        {
            var result = (await it.Receiver.ReceiveAsync("prod", new MemoryStream(body), null, Stop)).Ingested;
            Assert.Equal(turn == 0 ? (6, 0, 3) : (0, 6, 3), (result.Accepted, result.Repeats, result.Quarantined));
        }
        Assert.Equal(["0", "1", "2", "3", "4", "5"], Numbers(await it.Texts(RecordKind.Audit)));
        Assert.All(await it.Quarantine(), n => Assert.Contains("4 MiB together", n.GetProperty("detail").GetString(), StringComparison.Ordinal));
        Assert.Equal(3, it.Pipeline.Counters.Quarantined["too-large"]);
    }

    [Fact]
    public async Task A_push_of_Pub_Sub_and_a_message_of_a_broker_have_the_same_limits()
    {
        var bomb = Convert.ToBase64String(Gzip(Bomb("{\"protoPayload\":\"", 'x', 16 * Mebi, times: 2)));
        var push = $"{{\"message\":{{\"data\":\"{bomb}\",\"messageId\":\"1\"}},\"subscription\":\"projects/p/subscriptions/s\"}}";
        Assert.Equal(new IngestResult(0, 0, 1, 0, 0), (await _it.Post(push)).Ingested);
        var batch = new IngestBatch("prod", "kafka", "", [new FramedDocument(Encoding.UTF8.GetBytes(push), 1), new FramedDocument(Firehose(CloudWatch(1), CloudWatch(2)), 1)]) { PositionOf = i => $"t/0/{i}" };
        Assert.Equal(new IngestResult(2, 0, 1, 0, 0), await _it.Pipeline.IngestAsync(batch, Stop));
        Assert.Equal(["", "t/0/0"], (await _it.Quarantine()).Select(n => n.TryGetProperty("position", out var p) ? p.GetString() : ""));
        Assert.All(await _it.Quarantine(), n => Assert.Equal("too-large", n.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task What_is_packed_in_what_is_packed_counts_too()
    {
        var inner = string.Join('\n', Enumerable.Range(0, 9).Select(n => $"{{\"awslogs\":{{\"data\":\"{Convert.ToBase64String(CloudWatch(n, 600_000))}\"}}}}"));
        var nested = Firehose(Gzip(Gzip(Encoding.UTF8.GetBytes(inner))));
        var result = (await _it.Receiver.ReceiveAsync("prod", new MemoryStream(nested), null, Stop)).Ingested;
        Assert.Equal((6, 3), (result.Accepted, result.Quarantined));
    }

    static string Alert(int number, string output = "x") =>
        $$"""{"rule":"a rule","output":"{{output}}","output_fields":{"proc.name":"p{{number:D6}}"},"time":"2026-11-25T01:02:03Z"}""";

    static byte[] CloudWatch(int number, int padding = 0) => Gzip(Encoding.UTF8.GetBytes(
        "{\"messageType\":\"DATA_MESSAGE\",\"logGroup\":\"g\",\"logStream\":\"kube-apiserver-audit-abc\",\"logEvents\":[{\"id\":\"3\",\"timestamp\":1736000000000,\"message\":"
        + System.Text.Json.JsonSerializer.Serialize(PipelineFixture.Event(number)) + "}],\"pad\":\"" + new string(' ', padding) + "\"}"));

    static byte[] Firehose(params byte[][] records) => Encoding.UTF8.GetBytes(
        $"{{\"requestId\":\"r\",\"timestamp\":1578090901599,\"records\":[{string.Join(',', records.Select(r => $"{{\"data\":\"{Convert.ToBase64String(r)}\"}}"))}]}}");

    static IEnumerable<string> Numbers(IEnumerable<string> events) => events.Select(e => e[(e.IndexOf("auditID\":\"", StringComparison.Ordinal) + 10)..][..8].TrimStart('0').PadLeft(1, '0'));

    static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal)) gzip.Write(bytes);
        return packed.ToArray();
    }

    // A member once compressed and repeated unpacks to as many times its text.
    static byte[] Bomb(string beginning, char filler, int member, int times)
    {
        var fill = new byte[member];
        Array.Fill(fill, (byte)filler);
        var packed = Gzip(fill);
        return [.. Gzip(Encoding.UTF8.GetBytes(beginning)), .. Enumerable.Repeat(packed, times).SelectMany(p => p)];
    }

    sealed class WaitingBody(Task until) : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await until.WaitAsync(cancellationToken);
            return 0;
        }
    }
}
