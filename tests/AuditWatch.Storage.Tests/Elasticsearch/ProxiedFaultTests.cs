using AuditWatch.Storage.Elasticsearch;
using AuditWatch.Testing;
using Fault = AuditWatch.Storage.Tests.Elasticsearch.FaultProxy.Fault;

namespace AuditWatch.Storage.Tests.Elasticsearch;

/// <summary>The indexer against a real Elasticsearch behind a network that cuts, answers by halves, lies and turns away: nothing lost, nothing twice.</summary>
public sealed class ProxiedFaultTests(SharedKit kit) : IDisposable
{
    static readonly IndexerOptions Small = new() { BodyDocuments = 25, FirstRetry = TimeSpan.FromMilliseconds(5), LongestRetry = TimeSpan.FromMilliseconds(40) };

    readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(90));

    CancellationToken Stop => _deadline.Token;

    public void Dispose() => _deadline.Dispose();

    [Fact]
    public async Task Whatever_the_network_does_every_event_is_there_once_though_the_stream_rolls_over_between_a_lost_answer_and_the_next_try()
    {
        const int events = 1_000, seed = 819;
        var server = await kit.ServerAsync();
        await using var proxy = await FaultProxy.StartAsync(server.Url);
        using var connection = await SetUpAsync(proxy, "network");
        var random = new Random(seed);
        var faults = Enum.GetValues<Fault>();
        proxy.Next = () =>
        {
            lock (random) return faults[random.Next(faults.Length)];
        };
        var rollovers = 0;
        proxy.AfterCut = async () =>
        {
            if (Interlocked.Increment(ref rollovers) <= 4) await server.SendAsync(HttpMethod.Post, $"/{connection.Place.AuditStream}/_rollover");
        };
        await using var journal = await IndexedJournal.OfAsync(IndexedJournal.Made(events));
        await using var indexer = await journal.OpenAsync(connection, Small);
        await journal.RunAsync(indexer, Stop);

        IndexedJournal.Balance(indexer.Counters);
        Assert.Equal((events, 0, 0), (indexer.Counters.Read, indexer.Counters.DeadLettered, indexer.Counters.InFlight));
        Assert.Equal(journal.End, indexer.Settled);
        Assert.Equal(events, await server.CountAsync(connection.Place.AuditStream));
        Assert.Equal(events, await DistinctAsync(server, connection.Place.AuditStream));
        Assert.All(faults, fault => Assert.True(proxy.Times(fault) > 1, $"{fault} came {proxy.Times(fault)} times."));
        Assert.True(rollovers > 2);
        Assert.True(indexer.Counters.Duplicate > 0);
    }

    [Fact]
    public async Task A_storm_of_429_lowers_what_is_under_way_and_loses_nothing()
    {
        var server = await kit.ServerAsync();
        await using var proxy = await FaultProxy.StartAsync(server.Url);
        using var connection = await SetUpAsync(proxy, "storm");
        var left = 60;
        proxy.Next = () => Interlocked.Decrement(ref left) >= 0 ? Fault.TooMany : Fault.None;
        await using var journal = await IndexedJournal.OfAsync(IndexedJournal.Made(500));
        await using var indexer = await journal.OpenAsync(connection, Small);
        await journal.RunAsync(indexer, Stop);
        Assert.Equal((500, 500, 0), (indexer.Counters.Read, indexer.Counters.Indexed, indexer.Counters.InFlight));
        Assert.Equal(60, proxy.Times(Fault.TooMany));
        Assert.Equal(500, await server.CountAsync(connection.Place.AuditStream));
    }

    [Fact]
    public async Task A_body_that_is_too_large_for_what_stands_between_is_sent_in_parts_and_one_document_that_is_becomes_a_dead_letter()
    {
        var server = await kit.ServerAsync();
        await using var proxy = await FaultProxy.StartAsync(server.Url);
        using var connection = await SetUpAsync(proxy, "large");
        proxy.MostBytes = 12_000;
        List<byte[]> all = [.. IndexedJournal.Made(60), .. IndexedJournal.Made(1, verb: new string('v', 20_000)), .. IndexedJournal.Made(30, verb: "list")];
        await using var journal = await IndexedJournal.OfAsync(all);
        await using var indexer = await journal.OpenAsync(connection, Small with { BodyDocuments = 500 });
        await journal.RunAsync(indexer, Stop);
        Assert.Equal((91, 90, 1, 0), (indexer.Counters.Read, indexer.Counters.Indexed, indexer.Counters.DeadLettered, indexer.Counters.InFlight));
        Assert.Equal(("request_entity_too_large", journal.IdOf(60)), Assert.Single((await journal.State.ListDeadLettersAsync(null, 0, Stop)).Select(l => (l.ErrorType, l.EventId))));
        Assert.Equal(90, await server.CountAsync(connection.Place.AuditStream));
    }

    static async Task<ElasticsearchConnection> SetUpAsync(FaultProxy proxy, string dataStreamNamespace)
    {
        var connection = new ElasticsearchConnection(new ElasticsearchPlace(proxy.Url, dataStreamNamespace));
        await new ElasticsearchSetup(connection).RunAsync(dryRun: false, TestContext.Current.CancellationToken);
        return connection;
    }

    static async Task<long> DistinctAsync(ElasticsearchServer server, string stream)
    {
        var answer = await server.SendAsync(HttpMethod.Post, $"/{stream}/_search", """{"size":0,"aggs":{"ids":{"terms":{"field":"event.id","size":10000}}}}""");
        return answer.GetProperty("aggregations").GetProperty("ids").GetProperty("buckets").GetArrayLength();
    }
}
