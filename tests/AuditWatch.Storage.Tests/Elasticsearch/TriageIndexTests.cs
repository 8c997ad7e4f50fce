using System.Buffers;
using System.Text.Json;
using AuditWatch.Detection.Alerts;
using AuditWatch.Events;
using AuditWatch.Storage.Elasticsearch;
using AuditWatch.Storage.State;

namespace AuditWatch.Storage.Tests.Elasticsearch;

/// <summary>Where alerts stand, on a real Elasticsearch.</summary>
public sealed class TriageIndexTests(SharedKit kit)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    static StoredAlert Stored(int number, AlertStatus status, long version) => new(AnAlert.Numbered(number), status, version, AnAlert.Noon, AnAlert.Noon + version);

    [Fact]
    public async Task A_row_is_written_whole_and_an_older_revision_never_replaces_a_newer_one()
    {
        var server = await kit.ServerAsync();
        using var connection = await IndexerTests.SetUpAsync(server, "stand");
        var index = new TriageIndex(connection);
        Assert.Equal(3, (await index.PutAsync([Stored(1, AlertStatus.New, 1), Stored(2, AlertStatus.New, 1), Stored(3, AlertStatus.New, 1)], Stop)).There.Count);
        Assert.Equal((1, null), await CountedAsync(index, Stored(2, AlertStatus.Closed, 3)));
        Assert.Equal((1, null), await CountedAsync(index, Stored(2, AlertStatus.Acknowledged, 2)));   // late: there is a newer one, which is as good
        Assert.Equal((1, null), await CountedAsync(index, Stored(2, AlertStatus.Closed, 3)));         // twice

        Assert.Equal(3, await server.CountAsync(connection.Place.TriageIndex));
        Assert.Equal(3, await index.CountAsync(Stop));
        var row = (await server.GetAsync($"/{connection.Place.TriageIndex}/_doc/{AnAlert.Numbered(2).AlertId}")).GetProperty("_source");
        var triage = row.GetProperty("auditwatch").GetProperty("triage");
        Assert.Equal(("closed", false, 3), (triage.GetProperty("status").GetString(), triage.GetProperty("is_open").GetBoolean(), triage.GetProperty("revision").GetInt64()));
        Assert.Equal(AnAlert.Numbered(2).AlertId, row.GetProperty("event").GetProperty("id").GetString());
        Assert.Equal("prod-eu", row.GetProperty("orchestrator").GetProperty("cluster").GetProperty("name").GetString());
        var open = await server.SendAsync(HttpMethod.Post, $"/{connection.Place.TriageIndex}/_search", """{"size":0,"query":{"term":{"auditwatch.triage.is_open":true}},"aggs":{"level":{"terms":{"field":"auditwatch.alert.level"}}}}""");
        Assert.Equal(2, open.GetProperty("aggregations").GetProperty("level").GetProperty("buckets")[0].GetProperty("doc_count").GetInt64());
    }

    [Fact]
    public async Task The_index_is_one_that_ES_QL_can_join_and_a_second_setup_leaves_it_alone()
    {
        var server = await kit.ServerAsync();
        using var connection = await IndexerTests.SetUpAsync(server, "join");
        var settings = (await server.GetAsync($"/{connection.Place.TriageIndex}/_settings?flat_settings=true")).EnumerateObject().First().Value.GetProperty("settings");
        Assert.Equal("lookup", settings.GetProperty("index.mode").GetString());
        var again = await new ElasticsearchSetup(connection).RunAsync(dryRun: false, Stop);
        Assert.Equal(AssetChange.Unchanged, again.Single(o => o.Name == connection.Place.TriageIndex).Change);
    }

    [Fact]
    public async Task Without_its_index_nothing_is_written_and_the_trouble_says_what_to_run()
    {
        var server = await kit.ServerAsync();
        using var connection = server.Connect("unmade");
        var (there, trouble) = await new TriageIndex(connection).PutAsync([Stored(1, AlertStatus.New, 1)], Stop);
        Assert.Empty(there);
        Assert.Contains("setup elasticsearch", trouble, StringComparison.Ordinal);
        Assert.Equal(404, (int)(await server.Http.GetAsync(new Uri($"{server.Url}/auditwatch-triage-unmade"), Stop)).StatusCode);
    }

    [Theory]
    [InlineData(false, "131072-7-3")]
    [InlineData(true, "aw-journal-2-7-3")]
    public void Evidence_is_named_by_segment_and_frame_or_by_topic_partition_and_offset(bool isOnKafka, string word)
    {
        var place = new ElasticsearchPlace("http://127.0.0.1:9200") { Topic = isOnKafka ? new JournalTopic("aw-journal", position => (position.Segment >> 16, position.Frame)) : null };
        var stored = Stored(1, AlertStatus.New, 1);
        stored = stored with { Alert = stored.Alert with { Evidence = [new EvidencePosition(2 << 16, 7, 3, null, 0)] } };
        var (alert, row) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
        AlertDocument.Write(stored.Alert, place, 1, alert);
        TriageDocument.Write(stored, place, row);
        foreach (var written in new[] { alert, row })
            Assert.Equal($"[\"{word}\"]", JsonElement.Parse(written.WrittenSpan).GetProperty("auditwatch").GetProperty("alert").GetProperty("evidence").GetRawText());
    }

    static async Task<(int, string?)> CountedAsync(TriageIndex index, StoredAlert alert)
    {
        var (there, trouble) = await index.PutAsync([alert], Stop);
        return (there.Count, trouble);
    }
}
