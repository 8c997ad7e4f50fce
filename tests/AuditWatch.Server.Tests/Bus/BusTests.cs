using AuditWatch.Server.Bus;
using AuditWatch.Server.Bus.Contracts;
using AuditWatch.Server.Notifications;
using AuditWatch.Testing;
using Xunit;

namespace AuditWatch.Server.Tests.Bus;

/// <summary>Alerts on their way to those who are told of them: in the process, and over a real RabbitMQ that is killed, late, or out of memory or disk.</summary>
[Collection(nameof(SharedRabbitMq))]
public sealed class BusTests(SharedRabbitMq shared)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_alert_comes_to_every_consumer_once(bool overRabbitMq)
    {
        var server = overRabbitMq ? await shared.ServerAsync() : null;
        await using var station = await Station.StartAsync(NewFolder(), Station.On(server, SharedRabbitMq.Once));
        await station.RaiseAsync(1, 300);
        await Station.UntilAsync(station.IsAllDoneAsync);
        Assert.Equal((300, 300), (await station.IndexedAsync(), await station.NotedAsync()));
    }

    [Fact]
    public async Task What_detection_found_before_anybody_listened_waits_in_every_queue()
    {
        var server = await shared.ServerAsync();
        var (folder, config) = (NewFolder(), Station.On(server, SharedRabbitMq.Early));
        await using (var detect = await Station.StartAsync(folder, config, consumes: false))
        {
            await detect.RaiseAsync(1, 200);
            await Station.UntilAsync(async () => await server.QueuesAsync(SharedRabbitMq.Early) is var queues
                && AlertBus.ConsumersOf(config).All(c => queues.GetValueOrDefault(AlertBus.QueueOf(c)) == 200));
        }

        // The process that published is gone; another one begins to listen.
        await using var notify = await Station.StartAsync(folder, config, publishes: false);
        await Station.UntilAsync(notify.IsAllDoneAsync);
        Assert.Equal((200, 200), (await notify.IndexedAsync(), await notify.NotedAsync()));
    }

    [Fact]
    public async Task A_process_that_neither_publishes_nor_listens_declares_every_queue_at_its_start()
    {
        var server = await shared.ServerAsync();
        var config = Station.On(server, SharedRabbitMq.Silent);
        await using var ingest = await Station.StartAsync(NewFolder(), config, publishes: false, consumes: false);
        await Station.UntilAsync(async () => await server.QueuesAsync(SharedRabbitMq.Silent) is var queues && AlertBus.ConsumersOf(config).All(c => queues.ContainsKey(AlertBus.QueueOf(c))));
    }

    [Fact]
    public async Task A_message_that_comes_again_changes_nothing()
    {
        var server = await shared.ServerAsync();
        await using var station = await Station.StartAsync(NewFolder(), Station.On(server, SharedRabbitMq.Twice));
        await station.RaiseAsync(1, 3);
        await Station.UntilAsync(station.IsAllDoneAsync);
        var alert = (await station.State.ListAlertsAsync(new Storage.State.AlertQuery(), Stop)).Alerts[0].Alert.AlertId;
        for (var again = 0; again < 5; again++)
            for (var row = 1; row <= 3; row++) await station.PublishAsync(new AlertRaised(row, alert, 1));
        await Station.UntilAsync(async () => (await server.QueuesAsync(SharedRabbitMq.Twice)).Values.Sum() == 0);
        Assert.Equal((3, 3), (await station.IndexedAsync(), await station.NotedAsync()));
    }

    [Fact]
    public async Task A_broker_that_is_killed_delays_alerts_and_loses_none()
    {
        var server = await shared.ServerAsync();
        await using var station = await Station.StartAsync(NewFolder(), Station.On(server, SharedRabbitMq.Killed));
        await station.ConnectedAsync();
        await station.RaiseAsync(1, 150);
        await server.KillAsync();
        await station.RaiseAsync(151, 150);
        Assert.False(await station.IsAllDoneAsync());
        await server.StartAsync();
        await Station.UntilAsync(station.IsAllDoneAsync);
        Assert.Equal((300, 300), (await station.IndexedAsync(), await station.NotedAsync()));
    }

    [Theory]
    [InlineData("memory", "set_vm_memory_high_watermark", "0.00000001", "0.6")]
    [InlineData("disk", "set_disk_free_limit", "900000000000000", "1000000")]
    public async Task A_broker_that_is_out_of_memory_or_disk_takes_nothing_until_it_has_some_and_keeps_nobody_else_waiting(string of, string limit, string beyond, string within)
    {
        var server = await shared.ServerAsync();
        await using var station = await Station.StartAsync(NewFolder(), Station.On(server, SharedRabbitMq.Alarm));
        await server.ControlAsync(limit, beyond);
        try
        {
            await station.RaiseAsync(1, 50);   // detection saves: the state does not wait for the broker
            await Station.UntilAsync(async () => (await server.ControlAsync("list_connections", "vhost", "state")).Split('\n').Any(line => line == SharedRabbitMq.Alarm + "\tblocked"));
            Assert.Contains($"resource_limit,{of}", await server.ControlAsync("eval", "rabbit_alarm:get_alarms()."), StringComparison.Ordinal);
            await station.RaiseAsync(51, 50);
            Assert.Equal((0, 0), (await station.IndexedAsync(), await station.NotedAsync()));
            Assert.Equal(100, (await station.State.ListAlertsAsync(new Storage.State.AlertQuery { Limit = 0 }, Stop)).Alerts.Count);
        }
        finally
        {
            await server.ControlAsync(limit, within);   // others use it, too
        }
        await Station.UntilAsync(station.IsAllDoneAsync);
        Assert.Equal((100, 100), (await station.IndexedAsync(), await station.NotedAsync()));
    }

    static string NewFolder() => Directory.CreateTempSubdirectory("aw-bus").FullName;
}
