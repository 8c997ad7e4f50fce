using System.Text;
using System.Text.Json;
using AuditWatch.Testing;
using AuditWatch.Tests.Running;
using Xunit;
using ZstdSharp;

namespace AuditWatch.Tests.Elasticsearch;

/// <summary>
/// What a stranger does on a fresh machine, done once for all tests that look at the outcome: <c>setup elasticsearch</c>, <c>serve</c>, and the recorded traffic posted to
/// it. On the way the server is killed while it sends, and the stream rolls over before it starts again.
/// </summary>
public sealed class FilledStreams : IAsyncLifetime
{
    public const string Cluster = "prod-eu", OtherCluster = "prod-west";
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

    /// <summary>Every event that was posted.</summary>
    internal List<byte[]> Events { get; private set; } = [];

    internal int Posted => Events.Count;

    internal string Said { get; private set; } = "";

    /// <summary>What is asked of the API with the embedded index and without it.</summary>
    internal static readonly string[] Questions =
    [
        "events?limit=500", "events?user=dave&limit=100", "events?resource=secrets&outcome=denied", "events?limit=20&order=asc&cluster=prod-west", "events?text=kubectl&limit=50", "events?cursor=nonsense",
        "timeline?user=dave&around=2026-11-23T05:55:00Z&window=24h&limit=200", "timeline?ip=203.0.113.200&limit=50", "alerts?limit=100",
    ];

    internal Dictionary<string, string> Embedded { get; private set; } = [];

    internal Dictionary<string, string> Without { get; private set; } = [];

    /// <summary>Rows of the triage index as changes brought them, and as a start made them again after the index was deleted.</summary>
    internal Dictionary<string, JsonElement> Stood { get; private set; } = [];

    internal Dictionary<string, JsonElement> StoodAgain { get; private set; } = [];

    internal string WithoutSql { get; private set; } = "";

    public string AuditStream => "logs-kubernetes.audit_logs-shop";

    public string AlertStream => "logs-auditwatch.alert-shop";

    public string TriageIndex => "auditwatch-triage-shop";

    public async ValueTask InitializeAsync()
    {
        if (Kit.Folder is null) return;
        _server = await ElasticsearchServer.StartAsync();
        FirstSetup = await AuditWatchCommand.RunAsync("setup", "elasticsearch", "--url", Server.Url, "--namespace", "shop", "--format", "ndjson");
        SecondSetup = await AuditWatchCommand.RunAsync("setup", "elasticsearch", "--url", Server.Url, "--namespace", "shop", "--format", "ndjson");
        var config = Path.Combine(_work, "auditwatch.yaml");
        await File.WriteAllTextAsync(config, $$"""
            elasticsearch: {url: "{{Server.Url}}", namespace: shop}
            kibana: {url: "http://127.0.0.1:5601", auditwatch_url: "https://auditwatch.example/"}
            """);
        await using var serve = new ServerProcess(Path.Combine(_work, "data"), "http", "--config", config);
        await serve.StartAsync();
        var bodies = Recorded.Bodies(200);
        foreach (var body in bodies.Take(bodies.Count / 2)) await PostAsync(serve, Cluster, body);
        await serve.KillAsync();
        await Server.SendAsync(HttpMethod.Post, $"/{AuditStream}/_rollover");
        await serve.StartAsync();
        foreach (var body in bodies.Skip(bodies.Count / 2)) await PostAsync(serve, Cluster, body);
        var others = NotWhole();
        await PostAsync(serve, OtherCluster, Recorded.Body(others));
        Events = [.. Recorded.Lines(), .. others];
        await serve.QuietAsync();
        await TriageAsync(serve);
        await serve.SettleAsync();
        Alerts = await serve.ListAsync("alerts");
        Metrics = await serve.MetricsAsync();
        Embedded = await AnswersAsync(serve);
        await serve.TerminateAsync();
        Said = serve.Error;
        await Server.SendAsync(HttpMethod.Post, "/logs-*,auditwatch-triage-*/_refresh");
        Stood = await StandAsync();
        await Server.SendAsync(HttpMethod.Delete, "/" + TriageIndex);
        await AuditWatchCommand.RunAsync("setup", "elasticsearch", "--url", Server.Url, "--namespace", "shop");
        await File.AppendAllTextAsync(config, "\nindex: {embedded: false}\n");
        await using var without = new ServerProcess(Path.Combine(_work, "data"), "http", "--config", config);
        await without.StartAsync();
        Without = await AnswersAsync(without);
        using var sql = await without.Http.PostAsync("/api/v1/sql", new StringContent("""{"statement":"select 1"}""", Encoding.UTF8, "application/json"));
        WithoutSql = await sql.Content.ReadAsStringAsync();
        await without.SettleAsync();
        for (var waited = 0; waited < 300 && await Server.CountAsync(TriageIndex) < Alerts.Count; waited++) await Task.Delay(100);
        await without.TerminateAsync();
        StoodAgain = await StandAsync();
    }

    async Task<Dictionary<string, JsonElement>> StandAsync()
    {
        var answer = await Server.GetAsync($"/{TriageIndex}/_search?size=1000&version=true");
        return answer.GetProperty("hits").GetProperty("hits").EnumerateArray().ToDictionary(h => h.GetProperty("_id").GetString()!);
    }

    // What a shift does with three alerts.
    static async Task TriageAsync(ServerProcess serve)
    {
        var ids = (await serve.ListAsync("alerts")).Select(a => a.GetProperty("alert_id").GetString()!).ToList();
        foreach (var (id, change) in ids.Zip((string[])["""{"status":"acknowledged","assignee":"carol","add_tags":["shift-1"]}""", """{"status":"closed","resolution":"noise","note":"a drill"}""", """{"assignee":"bob"}"""]))
        {
            using var answer = await serve.Http.PatchAsync($"/api/v1/alerts/{id}", new StringContent(change, Encoding.UTF8, "application/json"));
            if (!answer.IsSuccessStatusCode) throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
        }
    }

    static async Task<Dictionary<string, string>> AnswersAsync(ServerProcess serve)
    {
        var answers = new Dictionary<string, string>();
        foreach (var question in Questions)
        {
            using var answer = await serve.Http.GetAsync("/api/v1/" + question);
            answers[question] = await answer.Content.ReadAsStringAsync();
        }
        return answers;
    }

    // What an API server cut down to size on its way to a webhook, an event with a part that no mapping takes, and a pod of which no recording has one.
    static List<byte[]> NotWhole()
    {
        using var bodies = new StreamReader(new DecompressionStream(File.OpenRead(Path.Combine(Kit.Recordings!, "truncation", "bodies.ndjson.zst"))), Encoding.UTF8);
        var cut = new List<byte[]>();
        while (cut.Count < 100 && bodies.ReadLine() is { } body)
        {
            using var list = JsonDocument.Parse(body);
            cut.AddRange(list.RootElement.GetProperty("items").EnumerateArray().Select(i => i.GetRawText()).Where(i => i.Contains("audit.k8s.io/truncated", StringComparison.Ordinal)).Select(Encoding.UTF8.GetBytes));
        }
        return
        [
            .. cut.DistinctBy(Convert.ToBase64String),
            Encoding.UTF8.GetBytes(AuditLine.Of("odd", more: ",\"requestObject\":{\"spec\":\"a text where an object belongs\"}")),
            Encoding.UTF8.GetBytes(AuditLine.Of("capable", verb: "create", resource: "pods", code: 201, level: "Request",
                more: ",\"requestObject\":{\"kind\":\"Pod\",\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"net:1\",\"securityContext\":{\"capabilities\":{\"add\":[\"NET_ADMIN\"]}}}]}}")),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        Directory.Delete(_work, recursive: true);
    }

    static async Task PostAsync(ServerProcess serve, string cluster, byte[] body)
    {
        using var answer = await serve.PostAsync(cluster, body);
        answer.EnsureSuccessStatusCode();
    }
}
