using System.Text.Json;
using AuditWatch.Testing;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Elasticsearch;

/// <summary>
/// What a stranger does on a fresh machine, done once for all tests that look at the outcome: <c>setup elasticsearch</c>, <c>serve</c>, and the recorded traffic posted to
/// it. On the way the server is killed while it sends, and the stream rolls over before it starts again.
/// </summary>
public sealed class FilledStreams : IAsyncLifetime
{
    public const string Cluster = "prod-eu";
    readonly string _work = Directory.CreateTempSubdirectory("aw-elastic").FullName;
    ElasticsearchServer? _server;

    /// <summary>The real Elasticsearch.</summary>
    internal ElasticsearchServer Server => _server!;

    /// <summary>What <c>setup elasticsearch</c> printed the first and the second time.</summary>
    internal AuditWatchCommand.Result FirstSetup { get; private set; } = null!;

    internal AuditWatchCommand.Result SecondSetup { get; private set; } = null!;

    /// <summary>What the server itself says it has: ids of alerts, and its figures at the end.</summary>
    internal List<JsonElement> Alerts { get; private set; } = [];

    internal Dictionary<string, double> Metrics { get; private set; } = [];

    internal int Posted { get; private set; }

    internal string Said { get; private set; } = "";

    public string AuditStream => "logs-kubernetes.audit_logs-shop";

    public string AlertStream => "logs-auditwatch.alert-shop";

    public async ValueTask InitializeAsync()
    {
        if (Kit.Folder is null) return;
        _server = await ElasticsearchServer.StartAsync();
        FirstSetup = await AuditWatchCommand.RunAsync("setup", "elasticsearch", "--url", Server.Url, "--namespace", "shop", "--format", "ndjson");
        SecondSetup = await AuditWatchCommand.RunAsync("setup", "elasticsearch", "--url", Server.Url, "--namespace", "shop", "--format", "ndjson");
        var config = Path.Combine(_work, "auditwatch.yaml");
        await File.WriteAllTextAsync(config, $$"""
            elasticsearch: {url: "{{Server.Url}}", namespace: shop}
            """);
        await using var serve = new ServerProcess(Path.Combine(_work, "data"), "http", "--config", config);
        await serve.StartAsync();
        var bodies = Recorded.Bodies(200);
        Posted = Recorded.Lines().Count;
        foreach (var body in bodies.Take(bodies.Count / 2)) await PostAsync(serve, body);
        await serve.KillAsync();
        await Server.SendAsync(HttpMethod.Post, $"/{AuditStream}/_rollover");
        await serve.StartAsync();
        foreach (var body in bodies.Skip(bodies.Count / 2)) await PostAsync(serve, body);
        await serve.SettleAsync();
        await Task.Delay(2500);   // the idle mark, after a second of silence, lets the last events go
        await serve.SettleAsync();
        Alerts = await serve.ListAsync("alerts");
        Metrics = await serve.MetricsAsync();
        await serve.TerminateAsync();
        Said = serve.Error;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        Directory.Delete(_work, recursive: true);
    }

    static async Task PostAsync(ServerProcess serve, byte[] body)
    {
        using var answer = await serve.PostAsync(Cluster, body);
        answer.EnsureSuccessStatusCode();
    }
}
