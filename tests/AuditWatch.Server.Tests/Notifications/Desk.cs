using Xunit;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.State;
using AuditWatch.Events;
using AuditWatch.Server.Notifications;
using AuditWatch.Storage.State;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace AuditWatch.Server.Tests.Notifications;

/// <summary>The state with alerts in it, and the sender of the given routes, one round at a time.</summary>
sealed class Desk : IAsyncDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("aw-desk").FullName;
    readonly IReadOnlyList<RouteConfig> _routes;
    ServiceProvider? _services;
    int _commits;

    Desk(IReadOnlyList<RouteConfig> routes) => _routes = routes;

    public FakeTimeProvider Clock { get; } = new(DateTimeOffset.FromUnixTimeSeconds(1_767_100_000));

    /// <summary>The topic that the journal is; null: it is on this machine.</summary>
    public string? Topic { get; private init; }

    public StateStore State { get; private set; } = null!;

    public NotificationSender Sender => _services!.GetRequiredService<NotificationSender>();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static Task<Desk> OpenAsync(params RouteConfig[] routes) => OnTopicAsync(null, routes);

    public static async Task<Desk> OnTopicAsync(string? topic, params RouteConfig[] routes)
    {
        var desk = new Desk(routes) { Topic = topic };
        await desk.RestartAsync();
        return desk;
    }

    public async Task RestartAsync()
    {
        if (_services is not null) await _services.DisposeAsync();
        if (State is not null) await State.DisposeAsync();
        State = await StateStore.OpenEmbeddedAsync(_folder, Clock, stop: Stop);
        var services = new ServiceCollection();
        services.AddLogging().AddSingleton<TimeProvider>(Clock).AddSingleton(State);
        services.AddNotifications(_routes, topic: Topic);
        _services = services.BuildServiceProvider();
    }

    /// <summary>Raises alerts and notes them for the routes that want them, as the consumer does.</summary>
    public async Task RaiseAsync(params Alert[] alerts)
    {
        await State.CommitAsync(new DetectionCommit("detect", new EventPosition(0, 0, ++_commits), [], alerts), Stop);
        var routes = _services!.GetRequiredService<Routes>();
        foreach (var alert in alerts) await State.AddNotificationsAsync(routes.For(alert), alert.AlertId, 1, Stop);
    }

    public Task StepAsync() => Sender.StepAsync(Stop);

    public async Task<string> StandAsync() => string.Join(' ', (await State.ListMessagesAsync(null, null, null, 0, Stop)).Reverse().Select(m => $"{m.Route}:{m.State}:{m.Alerts}"));

    public static string Secret(string text)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("aw-secret").FullName, "secret");
        File.WriteAllText(file, text + "\n");
        return file;
    }

    public static RouteConfig Route(string type, params (string Key, string Value)[] settings) =>
        new() { Name = type, Type = type, Settings = settings.ToDictionary(s => s.Key, s => s.Value) };

    public static Alert Alert(int number, string sentence = "alice read Secret prod/db", string level = "high") => new()
    {
        AlertId = number.ToString("x32", System.Globalization.CultureInfo.InvariantCulture), TimeMicros = 1_767_096_000_000_000 + number, Cluster = "prod-eu", Level = level,
        Rule = new AlertRule("0f5d7a51-5a3c-4b38-9c7e-6c7f4d1d2a10", "secret-read", "Secret read", "r1", [], ["credential-access"]), Sentence = sentence,
        Actor = new AlertActor(sentence, [], null, false, null, "10.2.3.4", sentence), Verb = "get", Object = new AlertObject("", "secrets", null, "prod", "db"), Outcome = "success",
        AuditIds = ["a"], Count = 1, Evidence = [EvidencePosition.Journal(0, 1, number)], Matched = [],
    };

    public async ValueTask DisposeAsync()
    {
        if (_services is not null) await _services.DisposeAsync();
        await State.DisposeAsync();
    }
}
