using System.Text.Json;
using AuditWatch.Server.Hosting;
using AuditWatch.Server.Queries;
using Xunit;

namespace AuditWatch.Server.Tests.Bus;

/// <summary>What a consumer fails on, again and again: put aside with its reason, seen, and given to it again or forgotten by whoever looks.</summary>
[Collection(nameof(SharedRabbitMq))]
public sealed class ParkingTests(SharedRabbitMq shared)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_one_consumer_cannot_deal_with_is_parked_with_its_reason_keeps_nobody_waiting_and_can_be_given_to_it_again_or_forgotten(bool overRabbitMq)
    {
        var (folder, config) = (Directory.CreateTempSubdirectory("aw-bus").FullName, Station.On(overRabbitMq ? await shared.ServerAsync() : null, SharedRabbitMq.Parked));
        using var owned = DataFolder.Own(folder);
        await using (var station = await Station.StartAsync(folder, config))
        {
            await station.Index!.DisposeAsync();   // from now on every copy fails
            await station.RaiseAsync(1, 10);
            await Station.UntilAsync(async () => (await station.State.ListParkedAsync(0, Stop)).Count == 10 && await station.IsAllDoneAsync());
            Assert.Equal(10, await station.NotedAsync());

            var queries = new LocalQueries(owned, station.State, null, TimeProvider.System, null);
            var rows = await RowsAsync(queries, []);
            Assert.All(rows, row =>
            {
                Assert.Equal("index", row.GetProperty("consumer").GetString());
                Assert.Contains("Exception: ", row.GetProperty("reason").GetString(), StringComparison.Ordinal);
                Assert.True(row.GetProperty("failures").GetInt64() >= 3);
            });
            Assert.Equal(rows.Select(Id), [.. (await RowsAsync(queries, new() { ["limit"] = "6" })).Select(Id), .. (await RowsAsync(queries, new() { ["limit"] = "6", ["cursor"] = "6" })).Select(Id)]);
            Assert.Empty(await RowsAsync(queries, new() { ["consumer"] = "routes" }));
            var shown = JsonElement.Parse((await queries.ShowAsync("parked", Id(rows[0]), Stop))!.Value.Span);
            Assert.Equal(rows[0].GetProperty("alert_id").GetString(), shown.GetProperty("alert").GetProperty("alert_id").GetString());

            Assert.Equal("""{"dropped":1}""", await ActAsync(queries, Acts.DropParked, Id(rows[0])));
            Assert.Equal(404, (await Assert.ThrowsAsync<QueryFault>(() => ActAsync(queries, Acts.ReplayParked, Id(rows[0])))).Status);
            Assert.Equal(404, (await Assert.ThrowsAsync<QueryFault>(() => ActAsync(queries, Acts.DropParked, "nonsense"))).Status);
            Assert.Null(await queries.ShowAsync("parked", "1-", Stop));
            Assert.Equal(9, (await RowsAsync(queries, [])).Count);
            Assert.Equal((9, 0), await station.State.CountParkedAsync(Stop));
        }

        await using var again = await Station.StartAsync(folder, config);
        var next = new LocalQueries(owned, again.State, null, TimeProvider.System, null);
        Assert.Equal("""{"replayed":1}""", await ActAsync(next, Acts.ReplayParked, Id((await RowsAsync(next, []))[3])));
        await Station.UntilAsync(again.IsAllDoneAsync);
        Assert.Equal("""{"replayed":8}""", await ActAsync(next, Acts.ReplayParked, "all"));
        await Station.UntilAsync(again.IsAllDoneAsync);
        Assert.Equal((9, 10), (await again.IndexedAsync(), await again.NotedAsync()));
        Assert.Empty(await RowsAsync(next, []));
    }

    static string Id(JsonElement row) => row.GetProperty("id").GetString()!;

    static async Task<List<JsonElement>> RowsAsync(LocalQueries queries, Dictionary<string, string> filters) =>
        [.. (await queries.ListAsync("parked", filters, Stop)).Rows.Select(row => JsonElement.Parse(row.Span))];

    static async Task<string> ActAsync(LocalQueries queries, ActRoute route, string id) => System.Text.Encoding.UTF8.GetString((await queries.ActAsync(new Act(route, id, default), Stop)).Json.Span);
}
