using Xunit;

namespace AuditWatch.Server.Tests.Bus;

/// <summary>What a consumer fails on, again and again.</summary>
public sealed class ParkingTests
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_one_consumer_cannot_deal_with_is_parked_with_its_reason_keeps_nobody_waiting_and_can_be_given_to_it_again()
    {
        var folder = Directory.CreateTempSubdirectory("aw-bus").FullName;
        await using (var station = await Station.StartAsync(folder, Station.On(null, "")))
        {
            await station.Index!.DisposeAsync();   // from now on every copy fails
            await station.RaiseAsync(1, 10);
            await Station.UntilAsync(async () => (await station.State.ListParkedAsync(0, Stop)).Count == 10 && await station.IsAllDoneAsync());
            Assert.All(await station.State.ListParkedAsync(0, Stop), change =>
            {
                Assert.Equal("index", change.Consumer);
                Assert.Contains("Exception: ", change.Reason, StringComparison.Ordinal);
                Assert.True(change.Failures >= 3);
            });
            Assert.Equal(10, await station.NotedAsync());
        }

        await using var again = await Station.StartAsync(folder, Station.On(null, ""));
        Assert.Equal(10, await again.State.ReplayParkedAsync(null, Stop));
        await Station.UntilAsync(again.IsAllDoneAsync);
        Assert.Equal((10, 10), (await again.IndexedAsync(), await again.NotedAsync()));
        Assert.Empty(await again.State.ListParkedAsync(0, Stop));
    }
}
