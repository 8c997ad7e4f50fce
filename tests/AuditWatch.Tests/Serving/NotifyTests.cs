using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Serving;

/// <summary>Alerts reach people: through a receiver that is away at first and a server that is killed meanwhile.</summary>
public sealed class NotifyTests : IAsyncDisposable
{
    readonly int _port = FreePort();
    readonly ServerProcess _server;
    readonly List<JsonElement> _bodies = [];
    HttpListener? _receiver;

    public NotifyTests()
    {
        var folder = Directory.CreateTempSubdirectory("aw-notify").FullName;
        var url = Path.Combine(folder, "url");
        File.WriteAllText(url, $"http://127.0.0.1:{_port}/hook/\n");
        File.WriteAllText(Path.Combine(folder, "secret"), "a secret\n");
        _server = new ServerProcess(Path.Combine(folder, "data"), "http",
        [
            ("AUDITWATCH_RULES__DIRS", AuditLine.Rules()), ("AUDITWATCH_NOTIFY__ROUTES__0__NAME", "hook"), ("AUDITWATCH_NOTIFY__ROUTES__0__TYPE", "webhook"),
            ("AUDITWATCH_NOTIFY__ROUTES__0__URL_FILE", url), ("AUDITWATCH_NOTIFY__ROUTES__0__SECRET_FILE", Path.Combine(folder, "secret")),
            ("AUDITWATCH_NOTIFY__ROUTES__0__MIN_LEVEL", "high"), ("AUDITWATCH_NOTIFY__ROUTES__0__EVERY", "1s"),
        ]);
    }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _receiver?.Close();
    }

    [Fact]
    public async Task Every_alert_is_told_once_though_the_receiver_was_away_and_the_server_killed()
    {
        await _server.StartAsync();
        using var posted = await _server.PostAsync("prod", Recorded.Body(Enumerable.Range(0, 30).Select(i => AuditLine.Utf8(AuditLine.Of($"r{i}", user: $"user-{i}")))));
        await _server.QuietAsync(30);
        await UntilAsync(async () => (await _server.ListAsync("notifications")).Count > 0);
        var test = await AuditWatchCommand.RunAsync("notify", "test", "hook", "--server", _server.Url);
        Assert.Equal(4, test.ExitCode);
        Assert.Contains("did not get through", test.Error, StringComparison.Ordinal);
        await _server.KillAsync();
        Listen();
        await _server.StartAsync();

        var wanted = (await _server.ListAsync("alerts", "limit=0&min_level=high")).Select(a => a.GetProperty("alert_id").GetString()!).Order(StringComparer.Ordinal).ToList();
        await UntilAsync(async () => (await _server.ListAsync("notifications")).All(n => n.GetProperty("state").GetString() == "sent") && Total() >= wanted.Count);
        Assert.Equal(wanted.Count, Total());
        Assert.InRange(_bodies.Count, 1, wanted.Count - 1);
        Assert.Equal(2, (await AuditWatchCommand.RunAsync("notify", "test", "nobody", "--server", _server.Url)).ExitCode);
        Assert.Equal(0, (await AuditWatchCommand.RunAsync("notify", "test", "hook", "--server", _server.Url)).ExitCode);
        Assert.Equal("notify-test", _bodies[^1].GetProperty("alerts")[0].GetProperty("rule").GetProperty("name").GetString());
        var routes = await AuditWatchCommand.RunAsync("notify", "routes", "--server", _server.Url);
        Assert.Contains("\"route\":\"hook\",\"type\":\"webhook\",\"min_level\":\"high\"", routes.Output, StringComparison.Ordinal);
    }

    long Total()
    {
        lock (_bodies) return _bodies.Sum(b => b.GetProperty("count").GetInt64());
    }

    void Listen()
    {
        _receiver = new HttpListener { Prefixes = { $"http://127.0.0.1:{_port}/" } };
        _receiver.Start();
        _ = Task.Run(async () =>
        {
            while (_receiver.IsListening)
            {
                var context = await _receiver.GetContextAsync();
                var body = (await JsonDocument.ParseAsync(context.Request.InputStream)).RootElement;
                lock (_bodies) _bodies.Add(body);
                context.Response.Close();
            }
        }, Stop);
    }

    static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        while (!await holds()) await Task.Delay(100, deadline.Token);
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
