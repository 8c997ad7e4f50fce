using System.Text;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Pipeline;
using Xunit;

namespace AuditWatch.Ingest.Tests.Pipeline;

public sealed class WebhookReceiverTests : IAsyncLifetime
{
    // Small limits, so that the path of large bodies is taken by bodies that a test can afford.
    readonly PipelineFixture _it = new(new IngestOptions { WholeBodyBytes = 20_000, AppendBytes = 8_000, MaxRecordBytes = 60_000 });

    static readonly System.Text.Json.JsonSerializerOptions s_indented = new() { WriteIndented = true };

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _it.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(2000)]
    public async Task A_body_of_any_size_is_accepted_whole_however_it_is_cut_into_pieces(int events)
    {
        var items = Enumerable.Range(0, events).Select(n => PipelineFixture.Event(n)).ToList();
        var body = Encoding.UTF8.GetBytes(PipelineFixture.List(items));
        foreach (var (cluster, piece) in new[] { ("one", body.Length), ("two", 1777), ("three", events > 100 ? 997 : 1) })
        {
            var result = await _it.Receiver.ReceiveAsync(cluster, new Pieces(body, piece), null, Stop);
            Assert.Equal(WebhookOutcome.Accepted, result.Outcome);
            Assert.Equal(new IngestResult(events, 0, 0, 0, 0), result.Ingested);
        }
        Assert.Equal([.. items, .. items, .. items], await _it.Texts(RecordKind.Audit));
    }

    [Fact]
    public async Task A_body_that_breaks_off_is_not_acknowledged_and_its_repetition_stores_each_event_once()
    {
        var items = Enumerable.Range(0, 200).Select(n => PipelineFixture.Event(n)).ToList();
        var body = Encoding.UTF8.GetBytes(PipelineFixture.List(items));
        foreach (var length in new[] { 10, 15_000, 60_000, body.Length - 1 })
        {
            var broken = await _it.Receiver.ReceiveAsync("prod", new Pieces(body[..length], 5000) { BreaksOff = true }, body.Length, Stop);
            Assert.Equal(WebhookOutcome.Incomplete, broken.Outcome);
        }
        Assert.Equal(WebhookOutcome.Accepted, (await _it.Receiver.ReceiveAsync("prod", new MemoryStream(body), body.Length, Stop)).Outcome);
        Assert.Equal(items, await _it.Texts(RecordKind.Audit));
        Assert.Empty(await _it.Quarantine());
    }

    [Theory]
    [InlineData("{0}\n{1}\n{2}\n")]
    [InlineData("{0}{1}{2}")]
    [InlineData("  {0}\r\n\r\n{1}\r\n{2}")]
    [InlineData("[{0}]\n[{1},{2}]")]
    public async Task Several_documents_in_one_body_are_each_taken_by_themselves(string form)
    {
        var items = Enumerable.Range(0, 3).Select(n => PipelineFixture.Event(n)).ToArray<object>();
        Assert.Equal(new IngestResult(3, 0, 0, 0, 0), (await _it.Post(string.Format(System.Globalization.CultureInfo.InvariantCulture, form.Replace("{", "{{").Replace("}", "}}").Replace("{{0}}", "{0}").Replace("{{1}}", "{1}").Replace("{{2}}", "{2}"), items))).Ingested);
        Assert.Equal(items, await _it.Texts(RecordKind.Audit));
    }

    [Fact]
    public async Task Of_several_documents_a_bad_one_is_kept_by_itself_and_costs_the_others_nothing()
    {
        var good = Enumerable.Range(0, 3).Select(n => PipelineFixture.Event(n)).ToList();
        var list = PipelineFixture.List(PipelineFixture.Event(7), PipelineFixture.Event(8));
        var result = await _it.Post($"{good[0]}\n{{\"auditID\":\"broken\",}}\n{good[1]}\n{list}\n{good[2]}\n");
        Assert.Equal(new IngestResult(5, 0, 1, 0, 0), result.Ingested);
        Assert.Equal([good[0], good[1], PipelineFixture.Event(7), PipelineFixture.Event(8), good[2]], await _it.Texts(RecordKind.Audit));
        Assert.Equal(2, Assert.Single(await _it.Quarantine()).GetProperty("line").GetInt32());
    }

    [Fact]
    public async Task A_torn_document_costs_those_on_the_lines_behind_it_nothing()
    {
        var good = Enumerable.Range(0, 3).Select(n => PipelineFixture.Event(n)).ToList();
        var result = await _it.Post($"{good[0][..80]}\n{good[1]}\n{good[2]}\n");
        Assert.Equal(new IngestResult(2, 0, 1, 0, 0), result.Ingested);
        Assert.Equal(good[1..], await _it.Texts(RecordKind.Audit));
        Assert.Equal(1, Assert.Single(await _it.Quarantine()).GetProperty("line").GetInt32());
    }

    [Fact]
    public async Task An_event_that_came_over_several_lines_is_stored_as_one_and_has_its_id_wherever_it_is_computed()
    {
        var pretty = System.Text.Json.JsonSerializer.Serialize(System.Text.Json.JsonElement.Parse(PipelineFixture.Event(1)), s_indented).ReplaceLineEndings("\r\n");
        Assert.Equal(1, (await _it.Post(pretty)).Ingested.Accepted);
        var line = pretty.ReplaceLineEndings("  ");
        Assert.Equal(line, Assert.Single(await _it.Texts(RecordKind.Audit)));
        await foreach (var frame in _it.Journal.ReadAsync(AuditWatch.Events.EventPosition.Start, false, Stop))
            Assert.Equal(AuditWatch.Events.EventId.Of("prod", Encoding.UTF8.GetBytes(line)), frame.Ids[0]);

        using var exported = new MemoryStream();
        await JournalExport.WriteAsync(Path.Combine(_it.Folder, "journal"), exported, RecordKind.Audit, null, 0, Stop);
        var written = Encoding.UTF8.GetString(exported.ToArray());
        var text = written[(written.IndexOf("\"event\":", StringComparison.Ordinal) + 8)..].TrimEnd('\n')[..^1];
        Assert.Equal(line, text);
        // Exported and posted again, it is the same event.
        Assert.Equal(new IngestResult(0, 1, 0, 0, 0), (await _it.Post(text)).Ingested);
        Assert.Equal(new IngestResult(0, 1, 0, 0, 0), (await _it.Post(pretty)).Ingested);
        Assert.Empty(JournalVerifier.Verify(Path.Combine(_it.Folder, "journal"), Stop).Findings);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(30_000)]
    [InlineData(100_000)]
    public async Task A_body_that_is_no_json_is_quarantined_once_and_answered_as_accepted(int length)
    {
        var body = "<html>" + new string('x', length);
        Assert.Equal(WebhookOutcome.Accepted, (await _it.Post(body)).Outcome);
        Assert.Equal(1, (await _it.Post(body)).Ingested.Quarantined);
        var note = Assert.Single(await _it.Quarantine());
        Assert.Equal(body.Length, note.GetProperty("bytes").GetInt32());
        Assert.Equal(length > 60_000 ? "too-large" : "malformed-json", note.GetProperty("reason").GetString());
    }

    [Theory]
    [InlineData(5)]
    [InlineData(300)]
    public async Task Bad_items_in_a_body_cost_only_themselves(int events)
    {
        var items = Enumerable.Range(0, events).Select(n => PipelineFixture.Event(n)).ToList();
        var large = PipelineFixture.Event(events, ",\"x\":\"" + new string('y', 70_000) + "\"");
        var bad = new[] { "17", "\"a string, with ] and } in it\"", "{\"a\":1}", "null", "[]", "{\"auditID\":\"\\x\"}", large };
        var result = await _it.Post(PipelineFixture.List(items.Zip(bad.Concat(Enumerable.Repeat("{}", events)), (a, b) => new[] { a, b }).SelectMany(p => p).Concat(bad)));
        Assert.Equal(WebhookOutcome.Accepted, result.Outcome);
        Assert.Equal(events, result.Ingested.Accepted);
        Assert.Equal(items, await _it.Texts(RecordKind.Audit));
        Assert.Contains(await _it.Quarantine(), n => n.GetProperty("reason").GetString() == "too-large" && n.GetProperty("bytes").GetInt32() == large.Length);
    }

    [Fact]
    public async Task Members_in_another_order_and_arrays_and_single_events_are_understood_in_large_bodies_too()
    {
        var items = Enumerable.Range(0, 60).Select(n => PipelineFixture.Event(n)).ToList();
        var joined = string.Join(" ,\n ", items);
        Assert.Equal(60, (await _it.Post($$"""{ "metadata":{"items":["x"],"note":"items"}, "items" : [ {{joined}} ] , "kind":"EventList","apiVersion":"audit.k8s.io/v1"}""", "a")).Ingested.Accepted);
        Assert.Equal(60, (await _it.Post($"[{joined}]", "b")).Ingested.Accepted);
        Assert.Equal(1, (await _it.Post(PipelineFixture.Event(1, ",\"requestObject\":{\"items\":[1,2,3],\"pad\":\"" + new string('z', 30_000) + "\"}"), "c")).Ingested.Accepted);
    }

    [Fact]
    public async Task Over_the_high_water_mark_the_client_is_told_to_wait_and_nothing_is_read()
    {
        _it.IsOverHighWater = true;
        var result = await _it.Receiver.ReceiveAsync("prod", new Pieces([], 1) { BreaksOff = true }, null, Stop);
        Assert.Equal(WebhookOutcome.Busy, result.Outcome);
        Assert.True(result.RetryAfter > TimeSpan.Zero);
    }

    [Fact]
    public async Task Bodies_beyond_the_memory_set_aside_wait_and_are_sent_away_when_it_takes_too_long()
    {
        await using var it = new PipelineFixture(new IngestOptions { WholeBodyBytes = 100_000, BodyBytesInFlight = 150_000 });
        var slow = new Pieces(Encoding.UTF8.GetBytes(PipelineFixture.List(PipelineFixture.Event(1))), 100) { Gate = new TaskCompletionSource() };
        var first = it.Receiver.ReceiveAsync("prod", slow, 100_000, Stop);
        var second = it.Receiver.ReceiveAsync("prod", new MemoryStream(Encoding.UTF8.GetBytes(PipelineFixture.List(PipelineFixture.Event(2)))), 100_000, Stop);
        var third = it.Receiver.ReceiveAsync("prod", new MemoryStream([]), 100_000, Stop);
        Assert.False(second.IsCompleted);
        it.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(WebhookOutcome.Busy, (await second).Outcome);
        Assert.Equal(WebhookOutcome.Busy, (await third).Outcome);
        slow.Gate.SetResult();
        Assert.Equal(WebhookOutcome.Accepted, (await first).Outcome);
        Assert.Equal(WebhookOutcome.Accepted, (await it.Post(PipelineFixture.List(PipelineFixture.Event(2)))).Outcome);
    }

    [Fact]
    public async Task A_body_of_sixty_four_mebibytes_is_taken_in()
    {
        await using var it = new PipelineFixture();
        var pad = ",\"requestObject\":{\"pad\":\"" + new string('p', 90_000) + "\"}";
        var events = 64 * (1 << 20) / 90_000;
        var body = Encoding.UTF8.GetBytes(PipelineFixture.List(Enumerable.Range(0, events).Select(n => PipelineFixture.Event(n, pad))));
        Assert.True(body.Length > 64 << 20);
        var result = await it.Receiver.ReceiveAsync("prod", new Pieces(body, 1 << 17), null, Stop);
        Assert.Equal((WebhookOutcome.Accepted, events), (result.Outcome, result.Ingested.Accepted));
    }

    // A body that arrives in pieces, as from a network.
    sealed class Pieces(byte[] bytes, int piece) : Stream
    {
        int _at;

        public bool BreaksOff { get; init; }
        public TaskCompletionSource? Gate { get; init; }
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Gate is { } gate) await gate.Task;
            var length = Math.Min(Math.Min(piece, buffer.Length), bytes.Length - _at);
            if (length == 0 && BreaksOff) throw new IOException("Unexpected end of request content.");
            bytes.AsSpan(_at, length).CopyTo(buffer.Span);
            _at += length;
            return length;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override void Flush() => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
