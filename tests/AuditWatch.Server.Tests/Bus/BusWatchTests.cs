using AuditWatch.Server.Bus;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AuditWatch.Server.Tests.Bus;

/// <summary>A bus that does not come back.</summary>
public sealed class BusWatchTests(SharedRabbitMq shared)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, true, true)]
    [InlineData(false, false, false)]   // the broker is away: waited for
    [InlineData(true, true, false)]
    public async Task Only_a_bus_that_hangs_while_the_broker_takes_us_ends_the_process(bool isConnected, bool isTaken, bool ends)
    {
        var clock = new FakeTimeProvider();
        var looks = 0;
        using var watch = new BusWatch(
            () =>
            {
                Interlocked.Increment(ref looks);
                return isConnected;
            }, _ => isTaken ? Task.CompletedTask : throw new IOException("nobody there"), clock, NullLogger<BusWatch>.Instance);
        await watch.StartAsync(Stop);
        for (var minute = 0; minute < 10 && !watch.ExecuteTask!.IsCompleted; minute++)
        {
            var before = Volatile.Read(ref looks);
            while (Volatile.Read(ref looks) == before && !watch.ExecuteTask.IsCompleted)
            {
                clock.Advance(TimeSpan.FromMinutes(1));
                await Task.Delay(5, Stop);
            }
        }

        Assert.Equal(ends, watch.ExecuteTask!.IsFaulted);
        if (!ends) await watch.StopAsync(Stop);
    }

    [Fact]
    public async Task Whether_the_broker_takes_us_is_tried_with_login_and_virtual_host()
    {
        var config = Station.On(await shared.ServerAsync(), SharedRabbitMq.Silent).Bus.RabbitMq!;
        await RabbitMqTransport.TryAsync(config, Stop);
        await Assert.ThrowsAnyAsync<Exception>(() => RabbitMqTransport.TryAsync(config with { Username = "nobody" }, Stop));
        await Assert.ThrowsAnyAsync<Exception>(() => RabbitMqTransport.TryAsync(config with { Vhost = "elsewhere" }, Stop));
    }
}
