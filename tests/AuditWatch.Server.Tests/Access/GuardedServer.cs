using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Incidents;
using AuditWatch.Detection.State;
using AuditWatch.Events;
using AuditWatch.Server.Access;
using AuditWatch.Server.Configuration;
using AuditWatch.Server.Hosting;
using AuditWatch.Storage.State;
using Xunit;

namespace AuditWatch.Server.Tests.Access;

/// <summary>A server with two clusters that both have something of everything, and a token for each role on each of them and on all.</summary>
public sealed class GuardedServer : IAsyncLifetime
{
    static readonly string[] Clusters = ["prod", "dev"];
    readonly Dictionary<string, string> _tokens = [];
    AuditWatchHost _host = null!;

    internal string Folder { get; } = Directory.CreateTempSubdirectory("aw-guarded").FullName;

    internal HttpClient Http { get; private set; } = null!;

    internal IReadOnlyList<Microsoft.AspNetCore.Http.Endpoint> Endpoints => _host.Endpoints;

    /// <summary>role:cluster → token; and expired, revoked.</summary>
    internal IReadOnlyDictionary<string, string> Tokens => _tokens;

    internal long JobOfProd { get; private set; }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var ingest = await SeedAsync();
        var rules = Directory.CreateTempSubdirectory("aw-guarded-rules").FullName;
        await File.WriteAllTextAsync(Path.Combine(rules, "read.yml"), """
            title: Secret read
            id: 5a0d4a52-6f0e-4c0e-9d0a-0c7f5f0f2b77
            name: guarded-read
            level: high
            logsource: {product: kubernetes, service: audit}
            detection: {selection: {objectRef.resource: secrets, verb: get}, condition: selection}
            """, Stop);
        var config = new AuditWatchConfig
        {
            Data = Folder, Listen = ["http://127.0.0.1:0"], Rules = new RulesConfig { Dirs = [rules] }, Access = new AccessConfig { RequestsPerSecond = 1_000_000, FailuresPerMinute = 1_000_000 },
        };
        _host = await AuditWatchHost.StartAsync(config, TimeProvider.System, _ => { }, Stop, quiet: true);
        Http = new HttpClient { BaseAddress = new Uri(_host.Addresses.First()), Timeout = TimeSpan.FromSeconds(60) };
        foreach (var cluster in Clusters)
        {
            await PostAsync($"/ingest/v1/clusters/{cluster}", ingest[cluster], EventOf(cluster) + "\n");
            await PostAsync($"/ingest/v1/clusters/{cluster}", ingest[cluster], $"this is no event of {cluster}\n");
            await PostAsync($"/ingest/v1/falco/{cluster}", ingest[cluster], """{"time":"2026-11-23T09:27:03.5Z","rule":"Terminal shell","priority":"Notice","output":"x","output_fields":{"k8s.ns.name":"pay","k8s.pod.name":"web","proc.name":"sh"}}""");
        }
        for (var tries = 0; tries < 600 && !(_host.IsSettled && (await ItemsAsync("/api/v1/alerts?rule=guarded-read", "admin:*")).Count == 2); tries++) await Task.Delay(100, Stop);
        using var job = await AskAsync(HttpMethod.Post, "/api/v1/alerts/triage", "analyst:prod", """{"status":"acknowledged"}""");
        JobOfProd = (await JsonOfAsync(job)).GetProperty("id").GetInt64();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _host.DisposeAsync();
    }

    /// <summary>Id of the seeded alert, and of the seeded incident.</summary>
    internal static string AlertOf(string cluster, int number = 0) => $"{(cluster == "prod" ? 'a' : 'b')}{number}".PadRight(32, '0');

    internal static string LetterOf(string cluster) => (cluster == "prod" ? "1" : "2").PadLeft(32, '0');

    internal async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, string? who, string? body = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (who is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Tokens.GetValueOrDefault(who, who));
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await Http.SendAsync(request, Stop);
    }

    internal async Task<List<JsonElement>> ItemsAsync(string path, string who)
    {
        using var answer = await AskAsync(HttpMethod.Get, path, who);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path} as {who}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync(Stop)}");
        return [.. (await JsonOfAsync(answer)).GetProperty("items").EnumerateArray()];
    }

    internal static async Task<JsonElement> JsonOfAsync(HttpResponseMessage answer) => JsonElement.Parse(await answer.Content.ReadAsByteArrayAsync(Stop));

    async Task PostAsync(string path, string token, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await Http.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    async Task<Dictionary<string, string>> SeedAsync()
    {
        await using var state = await StateStore.OpenEmbeddedAsync(Folder, TimeProvider.System, stop: Stop);
        foreach (var role in RoleBinding.Names)
            foreach (var cluster in Clusters.Append("*"))
                _tokens[$"{role}:{cluster}"] = (await state.AddApiTokenAsync($"{role} of {cluster}", $"{role}:{cluster}", null, "test", Stop)).Token;
        _tokens["two"] = (await state.AddApiTokenAsync("two hats", "viewer:* engineer:dev", null, "test", Stop)).Token;
        _tokens["expired"] = (await state.AddApiTokenAsync("expired", "admin:*", 1, "test", Stop)).Token;
        var (revoked, kept) = await state.AddApiTokenAsync("revoked", "admin:*", null, "test", Stop);
        _tokens["revoked"] = revoked;
        await state.RevokeApiTokenAsync(kept.Id, Stop);

        var ingest = new Dictionary<string, string>();
        var (alerts, incidents) = (new List<Alert>(), new List<Incident>());
        foreach (var cluster in Clusters)
        {
            ingest[cluster] = await state.AddClusterAsync(cluster, null, Stop);
            for (var i = 0; i < 2; i++) alerts.Add(Notifications.Desk.Alert(i) with { Cluster = cluster, AlertId = AlertOf(cluster, i) });
            for (var i = 0; i < 2; i++)
                incidents.Add(new Incident
                {
                    IncidentId = AlertOf(cluster, i), Cluster = cluster, Level = "high", FirstMicros = 1, LastMicros = 2, Actors = ["alice"], AlertCount = 1,
                    Steps = [new IncidentStep(AlertOf(cluster, i), 1, "seeded", "high", $"alice did it in {cluster}", [])],
                });
            await state.AddDeadLettersAsync([new DeadLetter(new EventId(UInt128.Parse(LetterOf(cluster), System.Globalization.NumberStyles.HexNumber)), new EventPosition(0, cluster == "prod" ? 0 : 1, 0), cluster, "mapper", "no")], Stop);
        }
        await state.AddExceptionAsync("8d9d9a8e-3c51-4a64-8d35-5b6a0d0f8a11", """
            title: Expected
            id: 8d9d9a8e-3c51-4a64-8d35-5b6a0d0f8a11
            logsource: {product: kubernetes, service: audit}
            filter: {rules: [secret-listed], known: {user.username: nobody}, condition: not known}
            auditwatch: {owner: sre, reason: agreed}
            """, "test", Stop);
        await state.CommitAsync(new DetectionCommit("seed", new EventPosition(0, 0, 0), [], alerts) { Incidents = incidents }, Stop);
        return ingest;
    }

    static string EventOf(string cluster) =>
        $$"""{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"of-{{cluster}}","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/pay/secrets/db","verb":"get","user":{"username":"alice","groups":["system:authenticated"]},"sourceIPs":["10.2.3.4"],"userAgent":"curl/8.1","objectRef":{"resource":"secrets","namespace":"pay","name":"db","apiVersion":"v1"},"responseStatus":{"metadata":{},"code":200},"requestReceivedTimestamp":"2026-11-23T09:27:03.083285Z","stageTimestamp":"2026-11-23T09:27:03.083285Z"}""";
}
