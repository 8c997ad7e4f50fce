using System.Text;
using System.Text.Json;
using AuditWatch.Storage.Elasticsearch;
using AuditWatch.Testing;

namespace AuditWatch.Storage.Tests.Elasticsearch;

/// <summary>The indexer against a real Elasticsearch that stays up.</summary>
public sealed class IndexerTests(SharedKit kit)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_recording_is_indexed_whole_every_event_once_and_nothing_is_refused()
    {
        var server = await kit.ServerAsync();
        var recorded = await kit.RecordedAsync();
        var (events, stream) = (recorded.Events, recorded.Place.AuditStream);
        Assert.Equal((events.Count, events.Count, 0, 0, 0), recorded.Settled);
        Assert.True(recorded.IsAtEnd);
        Assert.Equal(events.Count, await server.CountAsync(stream));
        var byVerb = events.Select(e => JsonDocument.Parse(e).RootElement.GetProperty("verb").GetString()!).CountBy(v => v).OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => (v.Key, (long)v.Value));
        var answer = await server.SendAsync(HttpMethod.Post, $"/{stream}/_search",
            """{"size":0,"aggs":{"verb":{"terms":{"field":"kubernetes.audit.verb","size":50,"order":{"_key":"asc"}}},"ips":{"value_count":{"field":"source.ip"}},"images":{"cardinality":{"field":"kubernetes.audit.requestObject.spec.containers.image"}}}}""");
        var aggregations = answer.GetProperty("aggregations");
        Assert.Equal(byVerb, aggregations.GetProperty("verb").GetProperty("buckets").EnumerateArray().Select(b => (b.GetProperty("key").GetString()!, b.GetProperty("doc_count").GetInt64())));
        Assert.True(aggregations.GetProperty("images").GetProperty("value").GetInt64() > 0);
    }

    [Fact]
    public async Task The_source_comes_back_byte_for_byte_as_it_was_written()
    {
        var server = await kit.ServerAsync();
        using var connection = await SetUpAsync(server, "bytes");
        await using var journal = await IndexedJournal.OfAsync(IndexedJournal.Made(1));
        await using var indexer = await journal.OpenAsync(connection);
        await journal.RunAsync(indexer, Stop);
        await server.CountAsync(connection.Place.AuditStream);
        var source = (await server.GetAsync($"/{connection.Place.AuditStream}/_search")).GetProperty("hits").GetProperty("hits")[0].GetProperty("_source");
        var body = new BulkBody(connection.Place);
        var ingested = source.GetProperty("event").GetProperty("ingested").GetDateTimeOffset();
        body.Add(journal.Read(0), journal.IdOf(0), journal.PositionOf(0), 1_767_096_000_000_000, (ingested - DateTimeOffset.UnixEpoch).Ticks / 10);
        Assert.Equal(Encoding.UTF8.GetString(body.Utf8.Span).Split('\n')[1], source.GetRawText());
    }

    [Fact]
    public async Task Hostile_events_lose_what_no_mapping_takes_and_are_indexed()
    {
        var server = await kit.ServerAsync();
        using var connection = await SetUpAsync(server, "hostile");
        string[] parts =
        [
            "\"requestObject\":\"skipped-too-big-size-object\"", "\"requestObject\":{\"spec\":\"x\",\"metadata\":{\"managedFields\":[{\"fieldsV1\":{\".\":{}}}],\"labels\":{\"app\":\"x\",\"app.service\":\"y\"}}}",
            "\"responseObject\":{\"status\":\"Failure\",\"items\":[{\"metadata\":{\"managedFields\":[{\"fieldsV1\":{\".\":{},\"\":1}}]}}]}", "\"responseObject\":{\"status\":{\"a\":1}}",
            "\"annotations\":{\"mutation.webhook.admission.k8s.io/round_0_index_7\":\"{}\",\"..\":\"x\",\"\":\"y\",\"a.b\":\"1\",\"a_b\":\"2\"}", "\"sourceIPs\":[\"nonsense\",\"::1\",\"300.1.1.1\",\"fe80::1%eth0\"]",
            "\"user\":{\"username\":\"\\ud800\\u0000\\\"\",\"extra\":{\"authentication\":[\"x\"],\"a..b\":[\"y\"],\" \":[\"z\"],\".\":[\"w\"]}}", "\"responseStatus\":{\"code\":99999999999,\"message\":{\"a\":1}}",
            "\"stageTimestamp\":\"yesterday\"", "\"stageTimestamp\":\"0000-13-45T99:00:00Z\"", "\"stageTimestamp\":\"2026-06-30T23:59:60Z\"", "\"userAgent\":\"" + new string('\u00e9', 20_000) + "\"",
            "\"requestURI\":\"/api?x=" + new string('a', 1 << 20) + "\"", "\"requestObject\":" + string.Concat(Enumerable.Repeat("{\"a\":", 100)) + "1" + new string('}', 100),
            "\"requestObject\":{\"spec\":{\"containers\":[[{\"image\":\"a\"}],{\"image\":[\"b\",[\"c\"]],\"securityContext\":{\"privileged\":\"maybe\",\"runAsUser\":1.5e300}}],\"hostNetwork\":1}}",
            "\"requestObject\":{\"spec.type\":\"x\",\"roleRef\":[1,{\"name\":\"n\"}],\"rules\":{\"verbs\":{\"a\":1}},\"kind\":\"A\",\"kind\":\"B\"}", "\"requestObject\":{\"a\":tru}",
            "\"objectRef\":[1]", "\"verb\":7", "\"verb\":{\"a\":1}", "\"user\":null", "\"auditID\":null", "\"level\":true",
        ];
        var events = parts.Select(part => Encoding.UTF8.GetBytes($$"""{"auditID":"x","stage":"ResponseComplete","verb":"get","stageTimestamp":"2026-11-23T05:49:54.295263Z",{{part}}}""")).ToList();
        await using var journal = await IndexedJournal.OfAsync(events);
        await using var indexer = await journal.OpenAsync(connection);
        await journal.RunAsync(indexer, Stop);
        var letters = await journal.State.ListDeadLettersAsync(null, 0, Stop);
        Assert.True(letters.Count == 0, string.Join('\n', letters.Select(l => $"{parts[l.Position.Index][..Math.Min(60, parts[l.Position.Index].Length)]}: {l.Reason}")));
        Assert.Equal(events.Count, await server.CountAsync(connection.Place.AuditStream));
    }

    internal static async Task<ElasticsearchConnection> SetUpAsync(ElasticsearchServer server, string dataStreamNamespace)
    {
        var connection = server.Connect(dataStreamNamespace);
        await new ElasticsearchSetup(connection).RunAsync(dryRun: false, Stop);
        return connection;
    }
}
