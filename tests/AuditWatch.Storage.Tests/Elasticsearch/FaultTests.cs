using AuditWatch.Storage.Elasticsearch;

namespace AuditWatch.Storage.Tests.Elasticsearch;

/// <summary>The indexer against a real Elasticsearch that is killed, full, or turned over under it: nothing lost, nothing twice.</summary>
public sealed class FaultTests(OwnKit kit) : IClassFixture<OwnKit>, IDisposable
{
    static readonly IndexerOptions Small = new() { BodyDocuments = 50, LongestRetry = TimeSpan.FromMilliseconds(500) };

    readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(180));

    // Every wait ends: a condition that never comes is a failure and no hang.
    CancellationToken Stop => _deadline.Token;

    public void Dispose() => _deadline.Dispose();

    [Fact]
    public async Task A_server_that_is_killed_under_load_and_comes_back_ends_with_every_event_once()
    {
        var server = await kit.ServerAsync();
        using var connection = await IndexerTests.SetUpAsync(server, "killed");
        await using var journal = await IndexedJournal.OfAsync(IndexedJournal.Made(6_000));
        await using var indexer = await journal.OpenAsync(connection, Small);
        var run = Task.Run(() => journal.RunAsync(indexer, Stop), Stop);
        while (indexer.Counters.Indexed < 1_000) await Task.Delay(5, Stop);
        await server.KillAsync();
        var atKill = indexer.Counters.Indexed;
        Assert.True(atKill < 6_000);
        await server.StartAgainAsync();
        await run;
        IndexedJournal.Balance(indexer.Counters);
        Assert.Equal((6_000, 0, 0), (indexer.Counters.Read, indexer.Counters.DeadLettered, indexer.Counters.InFlight));
        Assert.True(indexer.Counters.Retries > 0);
        Assert.Equal(journal.End, indexer.Settled);
        Assert.Equal(6_000, await server.CountAsync(connection.Place.AuditStream));
    }

    [Fact]
    public async Task Requests_that_are_turned_away_with_429_wait_and_the_position_stays_until_they_are_taken()
    {
        var server = await kit.ServerAsync();
        using var connection = await IndexerTests.SetUpAsync(server, "busy");
        await server.SendAsync(HttpMethod.Put, "/_cluster/settings", """{"persistent":{"network.breaker.inflight_requests.limit":"2kb"}}""");
        await using var journal = await IndexedJournal.OfAsync(IndexedJournal.Made(300));
        await using var indexer = await journal.OpenAsync(connection, Small);
        var run = Task.Run(() => journal.RunAsync(indexer, Stop), Stop);
        while (indexer.Counters.Retries < 4) await Task.Delay(5, Stop);
        Assert.Equal((0, Events.EventPosition.Start), (indexer.Counters.Indexed, indexer.Settled));
        await server.SendAsync(HttpMethod.Put, "/_cluster/settings", """{"persistent":{"network.breaker.inflight_requests.limit":null}}""");
        await run;
        Assert.Equal((300, 300, 0), (indexer.Counters.Read, indexer.Counters.Indexed, indexer.Counters.InFlight));
        Assert.Equal(300, await server.CountAsync(connection.Place.AuditStream));
    }

    [Fact]
    public async Task A_worker_that_died_before_it_saved_its_position_sends_nothing_twice_though_the_stream_rolled_over()
    {
        var server = await kit.ServerAsync();
        using var connection = await IndexerTests.SetUpAsync(server, "rolled");
        await using var journal = await IndexedJournal.OfAsync(IndexedJournal.Made(200));
        await using (var first = await journal.OpenAsync(connection, Small)) await journal.RunAsync(first, Stop);
        var reader = ElasticsearchIndexer.ReaderOf(connection.Place);
        await journal.State.SavePositionAsync(reader, journal.PositionOf(49), Stop);   // as a kill leaves it: sent, taken, not yet noted
        await server.SendAsync(HttpMethod.Post, $"/{connection.Place.AuditStream}/_rollover");

        await using var second = await journal.OpenAsync(connection, Small);
        await journal.RunAsync(second, Stop);
        Assert.Equal((150, 0, 150, 0), (second.Counters.Read, second.Counters.Indexed, second.Counters.Duplicate, second.Counters.InFlight));
        Assert.Equal(journal.End, second.Settled);
        Assert.Equal(200, await server.CountAsync(connection.Place.AuditStream));
    }

    [Fact]
    public async Task A_stream_that_is_blocked_or_missing_is_waited_for_and_costs_no_document()
    {
        var server = await kit.ServerAsync();
        using var connection = server.Connect("later");
        await server.SendAsync(HttpMethod.Delete, "/_data_stream/logs-*");
        foreach (var template in new[] { "auditwatch-kubernetes-audit", "auditwatch-alert" })
        {
            using var gone = await server.Http.DeleteAsync(new Uri($"{server.Url}/_index_template/{template}"), Stop);
            Assert.Contains((int)gone.StatusCode, new[] { 200, 404 });
        }
        await using var journal = await IndexedJournal.OfAsync(IndexedJournal.Made(100));
        await using var indexer = await journal.OpenAsync(connection, Small);
        var run = Task.Run(() => journal.RunAsync(indexer, Stop), Stop);
        while (indexer.Counters.Retries < 2) await Task.Delay(5, Stop);
        await new ElasticsearchSetup(connection).RunAsync(dryRun: false, Stop);
        await run;
        Assert.Equal((100, 0), (indexer.Counters.Indexed, indexer.Counters.DeadLettered));

        await server.SendAsync(HttpMethod.Put, $"/{connection.Place.AuditStream}/_settings", """{"index.blocks.write":true}""");
        await using var more = await IndexedJournal.OfAsync(IndexedJournal.Made(100, verb: "list"));
        await using var second = await more.OpenAsync(connection, Small);
        var blocked = Task.Run(() => more.RunAsync(second, Stop), Stop);
        while (second.Counters.Retries < 2) await Task.Delay(5, Stop);
        await server.SendAsync(HttpMethod.Put, $"/{connection.Place.AuditStream}/_settings", """{"index.blocks.write":false}""");
        await blocked;
        Assert.Equal((100, 0), (second.Counters.Indexed, second.Counters.DeadLettered));
        Assert.Equal(200, await server.CountAsync(connection.Place.AuditStream));
    }

    [Fact]
    public async Task A_document_that_a_sites_own_mapping_cannot_take_becomes_a_dead_letter_and_comes_back_when_the_mapping_is_put_right()
    {
        var server = await kit.ServerAsync();
        await server.SendAsync(HttpMethod.Put, "/_component_template/auditwatch-audit-custom", """{"template":{"mappings":{"properties":{"kubernetes":{"properties":{"audit":{"properties":{"verb":{"type":"integer"}}}}}}}}}""");
        using var connection = await IndexerTests.SetUpAsync(server, "conflict");
        List<byte[]> events = [.. IndexedJournal.Made(3), .. IndexedJournal.Made(2, verb: "7")];
        await using var journal = await IndexedJournal.OfAsync(events);
        await using (var indexer = await journal.OpenAsync(connection))
        {
            await journal.RunAsync(indexer, Stop);
            Assert.Equal((5, 2, 0, 3, 0), (indexer.Counters.Read, indexer.Counters.Indexed, indexer.Counters.Duplicate, indexer.Counters.DeadLettered, indexer.Counters.InFlight));
            Assert.Equal(journal.End, indexer.Settled);
        }
        var letters = await journal.State.ListDeadLettersAsync(null, 0, Stop);
        Assert.Equal([journal.IdOf(0), journal.IdOf(1), journal.IdOf(2)], letters.Select(l => l.EventId));
        Assert.All(letters, l => Assert.Equal(("document_parsing_exception", 1L), (l.ErrorType, l.Attempts)));
        Assert.Contains("kubernetes.audit.verb", letters[0].Reason, StringComparison.Ordinal);

        var body = new BulkBody(connection.Place);
        foreach (var number in Enumerable.Range(0, 3)) body.Add(journal.Read(number), journal.IdOf(number), journal.PositionOf(number), 1, 1);
        Assert.Equal(0, await DeadLetterSender.TryAsync(connection, journal.State, body, Stop));
        Assert.All(await journal.State.ListDeadLettersAsync(null, 0, Stop), l => Assert.Equal(2, l.Attempts));

        await server.SendAsync(HttpMethod.Put, "/_component_template/auditwatch-audit-custom", """{"template":{}}""");
        await server.SendAsync(HttpMethod.Post, $"/{connection.Place.AuditStream}/_rollover");
        Assert.Equal(3, await DeadLetterSender.TryAsync(connection, journal.State, body, Stop));
        Assert.Equal(0, await journal.State.CountDeadLettersAsync(Stop));
        Assert.Equal(5, await server.CountAsync(connection.Place.AuditStream));
    }

    [Fact]
    public async Task An_asset_that_is_not_as_wanted_is_put_right_and_the_streams_roll_over()
    {
        var server = await kit.ServerAsync();
        using var connection = server.Connect("right");
        await new ElasticsearchSetup(connection).RunAsync(dryRun: false, Stop);
        await server.SendAsync(HttpMethod.Put, "/_component_template/auditwatch-settings", """{"template":{"settings":{"index.refresh_interval":"1h"}},"_meta":{"hash":"of an older version"}}""");
        var outcomes = await new ElasticsearchSetup(connection).RunAsync(dryRun: false, Stop);
        Assert.Equal([("auditwatch-settings", AssetChange.Updated), ("logs-kubernetes.audit_logs-right", AssetChange.RolledOver), ("logs-auditwatch.alert-right", AssetChange.RolledOver)],
            outcomes.Where(o => o.Change is not (AssetChange.Unchanged or AssetChange.LeftOut)).Select(o => (o.Name, o.Change)));
        Assert.Equal("5s", (await server.GetAsync("/_component_template/auditwatch-settings")).GetProperty("component_templates")[0].GetProperty("component_template").GetProperty("template")
            .GetProperty("settings").GetProperty("index").GetProperty("refresh_interval").GetString());
        Assert.True((await server.GetAsync("/_data_stream/logs-kubernetes.audit_logs-right")).GetProperty("data_streams")[0].GetProperty("rollover_on_write").GetBoolean());
    }

    // Stands in for Elastic's package: a template of its name and priority, and a pipeline that is not ours to run (this one would fail every document).
    [Fact]
    public async Task Beside_Elastics_own_integration_its_template_keeps_the_stream_ours_come_through_its_hook_and_past_its_pipeline()
    {
        const string Integration = "logs-kubernetes.audit_logs", Hook = Integration + "@custom";
        var server = await kit.ServerAsync();
        await ForgetAsync("/_data_stream/logs-kubernetes.audit_logs-*", "/_index_template/auditwatch-kubernetes-audit");
        await server.SendAsync(HttpMethod.Put, $"/_component_template/{Integration}@package", """{"template":{"settings":{"index.default_pipeline":"logs-kubernetes.audit_logs-1.84.1"},"mappings":{"properties":{"kubernetes":{"properties":{"audit":{"properties":{"verb":{"type":"keyword"},"sourceIPs":{"type":"text"}}}}}}}}}""");
        await server.SendAsync(HttpMethod.Put, $"/_index_template/{Integration}", $$"""{"index_patterns":["{{Integration}}-*"],"priority":200,"data_stream":{},"composed_of":["{{Integration}}@package","{{Hook}}"],"ignore_missing_component_templates":["{{Hook}}"]}""");
        try
        {
            using var connection = server.Connect("beside");
            var outcomes = await new ElasticsearchSetup(connection).RunAsync(dryRun: false, Stop);
            Assert.Contains("integration owns", outcomes.Single(o => o.Name == "auditwatch-kubernetes-audit").Why, StringComparison.Ordinal);
            Assert.Equal(AssetChange.Created, outcomes.Single(o => o.Name == Hook).Change);
            Assert.Equal(AssetChange.Unchanged, (await new ElasticsearchSetup(connection).RunAsync(dryRun: false, Stop)).Single(o => o.Name == Hook).Change);
            Assert.Equal(Integration, (await server.GetAsync($"/_data_stream/{connection.Place.AuditStream}")).GetProperty("data_streams")[0].GetProperty("template").GetString());

            await using var journal = await IndexedJournal.OfAsync(IndexedJournal.Made(120));
            await using var indexer = await journal.OpenAsync(connection, Small);
            await journal.RunAsync(indexer, Stop);
            Assert.Equal((120, 0), (indexer.Counters.Indexed, indexer.Counters.DeadLettered));
            Assert.Equal(120, await server.CountAsync(connection.Place.AuditStream));
            var ours = await server.SendAsync(HttpMethod.Post, $"/{connection.Place.AuditStream}/_count", """{"query":{"bool":{"filter":[{"term":{"auditwatch.client_ip":"10.0.0.1"}},{"term":{"kubernetes.audit.verb":"get"}}]}}}""");
            Assert.Equal(120, ours.GetProperty("count").GetInt64());
        }
        finally
        {
            await ForgetAsync("/_data_stream/logs-kubernetes.audit_logs-*", $"/_index_template/{Integration}", $"/_component_template/{Integration}@package", $"/_component_template/{Hook}");
        }

        async Task ForgetAsync(params string[] paths)
        {
            foreach (var path in paths) using ((await server.Http.DeleteAsync(new Uri(server.Url + path), Stop))) { }
        }
    }
}
