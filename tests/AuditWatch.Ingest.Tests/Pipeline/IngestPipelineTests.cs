using System.Text;
using System.Text.Json;
using AuditWatch.Events;
using AuditWatch.Events.Framing;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Pipeline;
using Xunit;

namespace AuditWatch.Ingest.Tests.Pipeline;

public sealed class IngestPipelineTests : IAsyncLifetime
{
    readonly PipelineFixture _it = new();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _it.DisposeAsync();

    [Fact]
    public async Task A_list_is_journaled_item_by_item_with_the_contracts_ids_and_the_time_range()
    {
        var result = await _it.Ingest(PipelineFixture.List(PipelineFixture.Event(1), PipelineFixture.Event(2), PipelineFixture.Event(1)));
        Assert.Equal(new IngestResult(2, 1, 0, 0, 0), result);
        Assert.Equal([PipelineFixture.Event(1), PipelineFixture.Event(2)], await _it.Texts(RecordKind.Audit));
        await foreach (var frame in _it.Journal.ReadAsync(EventPosition.Start, false, Stop))
        {
            Assert.Equal(EventId.Of("prod", Encoding.UTF8.GetBytes(PipelineFixture.Event(2))), frame.Ids[1]);
            Assert.Equal((1795568340000001, 1795568340000002), (frame.MinEventMicros, frame.MaxEventMicros));
        }
    }

    [Fact]
    public async Task A_secret_is_replaced_before_it_reaches_the_disk_and_the_id_is_that_of_the_cleaned_event()
    {
        var secret = PipelineFixture.Event(1, """,  "requestObject":{"kind":"Secret","apiVersion":"v1","metadata":{"name":"db"},"data":{"password":"aHVudGVyMi1odW50ZXIy"}}""")
            .Replace("\"resource\":\"pods\"", "\"resource\":\"secrets\"", StringComparison.Ordinal);
        Assert.Equal(1, (await _it.Ingest(PipelineFixture.List(secret))).Accepted);
        var text = Assert.Single(await _it.Texts(RecordKind.Audit));
        Assert.DoesNotContain("aHVudGVyMi1odW50ZXIy", text, StringComparison.Ordinal);
        Assert.Contains("[redacted:", text, StringComparison.Ordinal);
        var id = (await _it.Journal.ReadAsync(EventPosition.Start, false, Stop).FirstAsync(Stop)).Ids[0];
        Assert.Equal(EventId.Of("prod", Encoding.UTF8.GetBytes(text)), id);
    }

    [Theory]
    [InlineData("""{"kind":"Event","message":"no audit event"}""", "not-an-audit-event")]
    [InlineData("42", null)]
    [InlineData("""{"auditID":"x","stage":tru}""", "malformed-json")]
    public async Task One_bad_item_is_quarantined_once_and_the_others_are_accepted(string bad, string? reason)
    {
        var body = PipelineFixture.List(PipelineFixture.Event(1), bad, PipelineFixture.Event(2));
        var result = await _it.Ingest(body);
        Assert.Equal((2, 1), (result.Accepted, result.Quarantined));
        await _it.Ingest(body);
        var note = Assert.Single(await _it.Quarantine());
        if (reason is not null) Assert.Equal(reason, note.GetProperty("reason").GetString());
        Assert.Equal(("webhook", "prod", bad.Length), (note.GetProperty("source").GetString(), note.GetProperty("cluster").GetString(), note.GetProperty("bytes").GetInt32()));
        Assert.Matches("^[0-9a-f]{16}$", note.GetProperty("id").GetString());
        Assert.Equal("2026-11-25T01:00:00.000000Z", note.GetProperty("received").GetString());
        Assert.Equal(1, _it.Pipeline.Counters.Quarantined.Values.Sum());
    }

    [Theory]
    [InlineData("""{"level":"Metadata","auditID":"cut""")]
    [InlineData("""{"level":"Metadata","user":{"username":"x"},"groups":[""")]
    [InlineData("""{"level":"Metadata","auditID":"cut","user":{""")]
    public async Task An_item_cut_in_the_middle_does_not_swallow_the_ones_behind_it(string cut)
    {
        var body = PipelineFixture.List(PipelineFixture.Event(1), cut, PipelineFixture.Event(2), PipelineFixture.Event(3), cut, PipelineFixture.Event(4));
        var result = await _it.Ingest(body);
        var texts = await _it.Texts(RecordKind.Audit);
        Assert.Contains(PipelineFixture.Event(1), texts);
        // An open string runs to the next quote, and so into the event right behind it; every other one survives.
        if (!cut.EndsWith("cut", StringComparison.Ordinal)) Assert.Equal((4, 2), (result.Accepted, result.Quarantined));
        Assert.True(result.Quarantined > 0);
        Assert.True(result.Accepted >= 2);
    }

    [Fact]
    public async Task Two_equal_bad_items_of_one_list_are_two_records()
    {
        Assert.Equal(2, (await _it.Ingest(PipelineFixture.List("""{"a":1}""", """{"a":1}"""))).Quarantined);
        var notes = await _it.Quarantine();
        Assert.Equal(2, notes.Select(n => n.GetProperty("id").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task Several_documents_in_one_message_of_a_broker_are_each_taken_by_themselves_and_a_bad_one_names_its_message()
    {
        var message = Encoding.UTF8.GetBytes($"{PipelineFixture.Event(1)}\n{{\"auditID\":\"broken\",}}\n{PipelineFixture.Event(2)}\n");
        var batch = new IngestBatch("prod", "kafka", "audit/0/7", [new FramedDocument(message, 1), new FramedDocument(Encoding.UTF8.GetBytes(PipelineFixture.Event(3)), 1)]) { PositionOf = i => $"audit/0/{7 + i}" };
        Assert.Equal(new IngestResult(3, 0, 1, 0, 0), await _it.Pipeline.IngestAsync(batch, Stop));
        Assert.Equal(new IngestResult(0, 3, 0, 0, 0), (await _it.Pipeline.IngestAsync(batch, Stop)) with { Quarantined = 0 });
        var bad = Assert.Single(await _it.Quarantine());
        Assert.Equal(("audit/0/7", 2), (bad.GetProperty("position").GetString(), bad.GetProperty("line").GetInt32()));
    }

    [Fact]
    public async Task The_same_bad_message_at_another_position_of_its_source_is_another_record()
    {
        await _it.Ingest("no json", position: "audit/0/1");
        await _it.Ingest("no json", position: "audit/0/2");
        await _it.Ingest("no json", position: "audit/0/2");
        Assert.Equal(["audit/0/1", "audit/0/2"], (await _it.Quarantine()).Select(n => n.GetProperty("position").GetString()));
    }

    [Fact]
    public async Task A_replay_of_quarantine_takes_what_is_understood_now_and_keeps_nothing_twice()
    {
        await _it.Ingest("no json");
        var replay = new IngestBatch("prod", "webhook", "", [new(Encoding.UTF8.GetBytes("no json"), 7), new(Encoding.UTF8.GetBytes(PipelineFixture.Event(1)), 8)]) { IsReplay = true };
        var result = await _it.Pipeline.IngestAsync(replay, Stop);
        Assert.Equal((1, 1), (result.Accepted, result.Quarantined));
        Assert.Single(await _it.Quarantine());
    }

    [Fact]
    public async Task A_record_over_the_limit_is_kept_as_length_hash_and_beginning()
    {
        await using var it = new PipelineFixture(new IngestOptions { MaxRecordBytes = 2000 });
        var large = PipelineFixture.Event(2, ",\"x\":\"" + new string('y', 3000) + "\"");
        var result = await it.Ingest(PipelineFixture.List(PipelineFixture.Event(1), large));
        Assert.Equal((1, 1), (result.Accepted, result.Quarantined));
        var note = Assert.Single(await it.Quarantine());
        Assert.Equal(("too-large", large.Length), (note.GetProperty("reason").GetString(), note.GetProperty("bytes").GetInt32()));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(large))), note.GetProperty("sha256").GetString());
    }

    [Fact]
    public async Task Another_content_for_a_known_stage_is_kept_and_flagged_once_unless_it_is_the_same_json()
    {
        var first = PipelineFixture.Event(1);
        var rewritten = first.Replace("\"level\":\"Metadata\",", "", StringComparison.Ordinal).Replace("\"verb\":\"list\"", "\"verb\" : \"list\", \"level\":\"Metadata\"", StringComparison.Ordinal);
        var forged = first.Replace("alice", "mallory", StringComparison.Ordinal);
        await _it.Ingest(first);
        Assert.Equal((1, 0), Of(await _it.Ingest(rewritten)));
        Assert.Equal((1, 1), Of(await _it.Ingest(forged)));
        Assert.Equal((0, 0), Of(await _it.Ingest(forged)));
        Assert.Equal((0, 0), Of(await _it.Ingest(first)));
        Assert.Equal(1, _it.Pipeline.Counters.Conflicting);
        var fact = JsonElement.Parse(Assert.Single(await _it.Texts(RecordKind.Health)));
        Assert.Equal(("contradicting-copies", "ResponseComplete", 1795568340000000), (fact.GetProperty("fact").GetString(), fact.GetProperty("stage").GetString(), fact.GetProperty("since_us").GetInt64()));
        Assert.Equal("Request 00000001-4da2-45a8-bdb9-740b839e28b1 came twice at stage ResponseComplete with different contents: user.username (\"alice\" and \"mallory\")", fact.GetProperty("sentence").GetString());
        Assert.Equal(new[] { EventId.Of("prod", Encoding.UTF8.GetBytes(first)).ToString(), EventId.Of("prod", Encoding.UTF8.GetBytes(forged)).ToString() }.Order(), fact.GetProperty("copies").EnumerateArray().Select(c => c.GetString()));
        Assert.Equal(3, (await _it.Texts(RecordKind.Audit)).Count);
        Assert.Equal((1, 0), Of(await _it.Ingest(first, cluster: "staging")));
        static (int, int) Of(IngestResult result) => (result.Accepted, result.Conflicting);
    }

    [Fact]
    public async Task A_body_made_of_nothing_but_bad_records_costs_a_bounded_number_of_notes_and_counts_them_all()
    {
        var body = "[" + string.Join(',', Enumerable.Repeat("1", 30_000)) + "]";
        Assert.Equal(30_000, (await _it.Ingest(body)).Quarantined);
        var notes = await _it.Quarantine();
        Assert.Equal(10_001, notes.Count);
        Assert.Contains("20000", notes[^1].GetProperty("detail").GetString(), StringComparison.Ordinal);
    }
}
