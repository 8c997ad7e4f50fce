using System.Text;
using System.Text.Json;
using AuditWatch.Events.Redaction;
using AuditWatch.Ingest.Journal;
using AuditWatch.Ingest.Pipeline;
using AuditWatch.Ingest.Tests.Sources;
using Xunit;

namespace AuditWatch.Ingest.Tests.Pipeline;

/// <summary>Two contents of one stage of one request: a fact where values differ, and none where a cut explains it.</summary>
public sealed class ContradictionTests : IAsyncLifetime
{
    const string Bodies = ",\"requestObject\":{\"kind\":\"Pod\",\"spec\":{\"hostPID\":true,\"containers\":[{\"name\":\"a\"},{\"name\":\"b\"}]}},\"responseObject\":{\"kind\":\"Pod\",\"status\":{}},\"annotations\":{\"authorization.k8s.io/decision\":\"allow\"}";

    readonly PipelineFixture _it = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _it.DisposeAsync();

    [Theory]
    [InlineData("\"username\":\"alice\"", "\"username\":\"mallory\"", "user.username")]
    [InlineData("\"hostPID\":true", "\"hostPID\":false", "requestObject.spec.hostPID")]
    [InlineData("{\"name\":\"b\"}", "{\"name\":\"c\"}", "requestObject.spec.containers[1].name")]
    [InlineData(",{\"name\":\"b\"}", "", "requestObject.spec.containers")]
    [InlineData("\"code\":200", "\"code\":403", "responseStatus.code")]
    [InlineData(",\"responseObject\":{\"kind\":\"Pod\",\"status\":{}}", "", "responseObject")]
    [InlineData("\"userAgent\":\"kubectl/v1.36.3\",", "", "userAgent")]
    [InlineData("\"allow\"", "\"allow\",\"audit.k8s.io/truncated\":\"true\"", "")]
    [InlineData("\"hostPID\":true", "\"hostPID\":\"[Truncated...]\",\"more\":\"than was there\"", "requestObject.spec.hostPID requestObject.spec.more")]
    [InlineData("T00:59:00.000001Z\"", "T00:59:00.0000010Z\"", "")]
    public async Task A_value_that_differs_in_a_second_copy_is_a_fact_that_names_it_whichever_copy_came_first(string was, string becomes, string fields)
    {
        var whole = PipelineFixture.Event(1, Bodies);
        var other = whole.Replace(was, becomes, StringComparison.Ordinal);
        Assert.NotEqual(whole, other);
        await PostAsync(whole);
        await PostAsync(other);
        await PostAsync(other);
        var facts = await FactsAsync(_it);
        Assert.Equal(fields, string.Join(' ', facts.SelectMany(f => f.GetProperty("fields").EnumerateArray().Select(t => t.GetString()))));
        Assert.Equal(1, _it.Pipeline.Counters.Conflicting);
        Assert.Equal(2, (await _it.Texts(RecordKind.Audit)).Count);
        await using var turned = new PipelineFixture();
        await turned.Post(PipelineFixture.List(other, whole));
        Assert.Equal(facts.Select(Id), (await FactsAsync(turned)).Select(Id));
    }

    [Fact]
    public async Task What_was_cut_on_any_way_contradicts_nothing_unless_a_value_that_survived_differs()
    {
        // By the API server; by a provider that puts a word there; by one that cuts the text, which is salvaged.
        string[] Copies(int request, string more = "") => Array.ConvertAll(
        [
            PipelineFixture.Event(request, Bodies),
            PipelineFixture.Event(request, ",\"annotations\":{\"audit.k8s.io/truncated\":\"true\",\"authorization.k8s.io/decision\":\"allow\"}"),
            PipelineFixture.Event(request, Bodies.Replace("{\"kind\":\"Pod\",\"status\":{}}", "\"skipped-too-big-size-object\"", StringComparison.Ordinal)),
            Cut(PipelineFixture.Event(request, Bodies)),
        ], c => more.Length == 0 ? c : c.Replace("alice", more, StringComparison.Ordinal));

        foreach (var copy in Copies(1)) await PostAsync(copy);
        Assert.Equal(3, _it.Pipeline.Counters.Conflicting);
        Assert.Empty(await FactsAsync(_it));
        await PostAsync(Copies(2)[0]);
        foreach (var copy in Copies(2, "mallory")[1..]) await PostAsync(copy);
        Assert.Equal(["user.username", "user.username", "user.username"], (await FactsAsync(_it)).Select(f => f.GetProperty("fields")[0].GetString()));
        Assert.Empty(await _it.Quarantine());
    }

    [Fact]
    public async Task A_flood_of_contradictions_is_a_hundred_facts_an_hour_and_one_that_says_so()
    {
        await PostAsync(Enumerable.Range(0, 300).Select(i => PipelineFixture.Event(i)));
        var forged = Enumerable.Range(0, 300).Select(i => PipelineFixture.Event(i).Replace("alice", "mallory", StringComparison.Ordinal)).ToList();
        await PostAsync(forged);
        var facts = await FactsAsync(_it);
        Assert.Equal((101, 300L), (facts.Count, _it.Pipeline.Counters.Conflicting));
        Assert.Contains("More than 100 requests of cluster prod", facts[^1].GetProperty("sentence").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fact_that_the_disk_had_no_room_for_is_written_when_there_is_room_again()
    {
        var journal = new RefusingJournal(_it.Journal);
        var pipeline = new IngestPipeline(journal, new Redactor(new byte[32], new RedactionOptions()), _it.Time, new IngestOptions());
        Task<IngestResult> IngestAsync(string text) => pipeline.IngestAsync(new IngestBatch("prod", "webhook", "", [new(Encoding.UTF8.GetBytes(text), 1)]), TestContext.Current.CancellationToken).AsTask();
        await IngestAsync(PipelineFixture.Event(1));
        journal.RefusesFacts = true;
        await Assert.ThrowsAsync<JournalFullException>(() => IngestAsync(PipelineFixture.Event(1).Replace("alice", "mallory", StringComparison.Ordinal)));
        Assert.Empty(await FactsAsync(_it));
        journal.RefusesFacts = false;
        await IngestAsync(PipelineFixture.Event(2));
        Assert.Single(await FactsAsync(_it));
    }

    static string Cut(string whole) => whole[..(whole.IndexOf("hostPID", StringComparison.Ordinal) + 3)] + "[Truncated...]";

    static string? Id(JsonElement fact) => fact.GetProperty("id").GetString();

    async Task PostAsync(params IEnumerable<string> events)
    {
        var list = events.ToList();
        // A cut text is no item of a list; it comes by itself, as in an envelope.
        if (list is [var one] && one.EndsWith("[Truncated...]", StringComparison.Ordinal)) await _it.Ingest(one);
        else Assert.Equal(WebhookOutcome.Accepted, (await _it.Post(PipelineFixture.List(list))).Outcome);
    }

    static async Task<List<JsonElement>> FactsAsync(PipelineFixture it) => (await it.Texts(RecordKind.Health)).ConvertAll(t => JsonElement.Parse(t));
}
