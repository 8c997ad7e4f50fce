using AuditWatch.Detection.State;
using AuditWatch.Events;
using AuditWatch.Server.Bus;
using AuditWatch.Server.Bus.Contracts;
using AuditWatch.Server.Configuration;
using AuditWatch.Server.Notifications;
using AuditWatch.Server.Tests.Notifications;
using AuditWatch.Storage.Index;
using AuditWatch.Storage.State;
using AuditWatch.Testing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace AuditWatch.Server.Tests.Bus;

/// <summary>A process of the bus as <c>serve</c> builds it: the state, the publisher, the consumers, each only where it is asked for. Several may share a folder.</summary>
sealed class Station : IAsyncDisposable
{
    static readonly OutboxOptions s_quick = new() { FirstRetry = TimeSpan.FromMilliseconds(100), LongestRetry = TimeSpan.FromSeconds(1), ParkAfter = TimeSpan.Zero, LeastFailures = 3 };
    readonly IHost _host;
    static int s_commits;

    Station(IHost host, StateStore state, DuckDbEventIndex? index) => (_host, State, Index) = (host, state, index);

    public StateStore State { get; }

    public DuckDbEventIndex? Index { get; }

    public IBus Bus => _host.Services.GetRequiredService<IBus>();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static AuditWatchConfig On(RabbitMqServer? server, string vhost)
    {
        var config = new AuditWatchConfig { Notify = new NotifyConfig { Routes = [Desk.Route("oncall") with { MinLevel = "low" }] } };
        if (server is null) return config;
        var password = Path.Combine(server.Folder, "password");
        if (!File.Exists(password)) File.WriteAllText(password, RabbitMqServer.Password);
        return config with { Bus = new BusConfig { RabbitMq = new RabbitMqConfig("127.0.0.1", server.Port, vhost, RabbitMqServer.User, password, null, "disable", null) } };
    }

    public static async Task<Station> StartAsync(string folder, AuditWatchConfig config, bool publishes = true, bool consumes = true)
    {
        var state = await StateStore.OpenEmbeddedAsync(folder, TimeProvider.System, s_quick with { Consumers = AlertBus.ConsumersOf(config) }, Stop);
        var index = consumes ? await DuckDbEventIndex.OpenAsync(folder, new DuckDbIndexOptions(), TimeProvider.System, Stop) : null;
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Critical);
        builder.Services.AddSingleton(config).AddSingleton(TimeProvider.System).AddSingleton(state).AddHttpClient();
        if (index is not null) builder.Services.AddSingleton<IEventIndex>(index);
        builder.Services.AddNotifications(config.Notify.Routes);
        // Sending is not the bus's: what a route has to say must stay where a test can count it.
        foreach (var sender in builder.Services.Where(s => s.ServiceType == typeof(IHostedService)).ToList()) builder.Services.Remove(sender);
        builder.Services.AddAlertBus(config, publishes, consumes ? null : []);
        var host = builder.Build();
        await host.StartAsync(Stop);
        return new Station(host, state, index);
    }

    /// <summary>Waits until it is connected: a broker that dies while a process connects for the first time is another story.</summary>
    public Task ConnectedAsync() => UntilAsync(() => Task.FromResult(_host.Services.GetRequiredService<IBusControl>().CheckHealth().Status == BusHealthStatus.Healthy));

    public Task RaiseAsync(int from, int count) => State.CommitAsync(
        new DetectionCommit("detect", new EventPosition(0, 0, Interlocked.Increment(ref s_commits)), [], [.. Enumerable.Range(from, count).Select(number => Desk.Alert(number))]), Stop);

    /// <summary>What a consumer may be given: the message of the alert's row, as often as wanted.</summary>
    public Task PublishAsync(AlertRaised message) => Bus.Publish(message, Stop);

    /// <summary>How many alerts the route has to speak of.</summary>
    public async Task<long> NotedAsync()
    {
        await State.FormMessageAsync("oncall", TimeSpan.Zero, Stop);
        foreach (var message in await State.ListMessagesAsync("waiting", null, null, 0, Stop)) await State.SettleMessageAsync(message.Id, null, false, Stop);
        return (await State.ListMessagesAsync(null, null, null, 0, Stop)).Sum(message => message.Alerts);
    }

    public async Task<long> IndexedAsync()
    {
        using var answer = await Index!.SqlAsync(new SqlQuestion("select count(*) as n from alerts"), Stop);
        return Convert.ToInt64(answer.Rows().Single()[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    public static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(TimeSpan.FromSeconds(90));
        while (!await holds()) await Task.Delay(50, deadline.Token);
    }

    public async Task<bool> IsAllDoneAsync() => (await State.OutboxBacklogAsync(Stop)).Waiting == 0;

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
        if (Index is not null) await Index.DisposeAsync();
        await State.DisposeAsync();
    }
}
