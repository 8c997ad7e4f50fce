using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Serving;

/// <summary>A real server notices what it no longer sees: an API server that falls silent, one whose policy changes.</summary>
public sealed class CompletenessTests(ITestOutputHelper output)
{
    readonly string _work = Directory.CreateTempSubdirectory("aw-complete").FullName;
    int _events;

    string Log => Path.Combine(_work, "audit.log");

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_silence_a_changed_policy_and_an_emptied_log_are_alerts_the_silence_is_over_when_it_is_over_and_a_kill_forgets_and_doubles_nothing()
    {
        var config = Path.Combine(_work, "auditwatch.yaml");
        await File.WriteAllLinesAsync(Log, Enumerable.Range(0, 5).Select(i => AuditLine.OfNoNote(1, i)), Stop);
        await File.WriteAllTextAsync(config, $"completeness:\n  - {{cluster: prod, silence: 3s, learn: 1ms}}\nsources:\n  - {{name: control-plane, type: file, cluster: files, paths: [{Log}]}}\n", Stop);
        await using var server = new ServerProcess(Path.Combine(_work, "data"), "http", "--config", config);
        await server.StartAsync();
        for (var i = 0; i < 6; i++) await PostAsync(server, 10, "RequestResponse");
        await PostAsync(server, 20, "Metadata");
        await PostAsync(server, 1, "Metadata", minutes: 3);

        // While the silence grows old: another cluster's log is emptied before it was read.
        await EmptiedLogAsync(server);

        var less = await AlertAsync(server, "audit-policy-records-less", _ => true);
        Assert.Contains("get pods: RequestResponse → Metadata", less.GetProperty("sentence").GetString(), StringComparison.Ordinal);
        var silent = await AlertAsync(server, "cluster-silent", _ => true);
        Assert.Contains("API server 127.0.0.1 of cluster prod", silent.GetProperty("sentence").GetString(), StringComparison.Ordinal);
        Assert.Equal("new", silent.GetProperty("status").GetString());
        Assert.Equal(1, (await server.MetricsAsync())["auditwatch_source_api_server_silent"]);
        Assert.Equal("silent", (await ServerAsync(server)).GetProperty("state").GetString());

        var id = silent.GetProperty("alert_id").GetString()!;
        await PostAsync(server, 1, "Metadata", minutes: 4);
        await AlertAsync(server, "cluster-silent", a => a.GetProperty("alert_id").GetString() == id && a.GetProperty("status").GetString() == "closed");
        var history = JsonElement.Parse(await server.Http.GetStringAsync($"/api/v1/alerts/{id}", Stop)).GetProperty("history");
        Assert.Contains("speaks again", history[history.GetArrayLength() - 1].GetProperty("note").GetString(), StringComparison.Ordinal);

        // Killed at any moment: every event is in the account once.
        var repeated = Body(1, "Metadata", 5);
        (await server.PostAsync("prod", repeated)).EnsureSuccessStatusCode();
        (await server.PostAsync("prod", repeated)).EnsureSuccessStatusCode();
        await server.KillAsync();
        await server.StartAsync();
        await PostAsync(server, 4, "Metadata", minutes: 6);
        var row = await ServerAsync(server, r => r.GetProperty("events").GetInt64() == _events);
        Assert.True(row.GetProperty("silences").GetInt64() >= 1);
        Assert.Equal(1, row.GetProperty("policy_changes").GetInt64());
        Assert.Equal((60L, _events - 60L), (row.GetProperty("levels").GetProperty("RequestResponse").GetInt64(), row.GetProperty("levels").GetProperty("Metadata").GetInt64()));
        Assert.Equal(_events, (await server.ListAsync("sources")).Single(s => s.GetProperty("cluster").GetString() == "prod").GetProperty("api_servers")[0].GetProperty("events").GetInt64());
        Assert.Equal(0, await server.TerminateAsync());

        var saved = await AuditWatchCommand.RunAsync("sources", "api-servers", "--data", server.Data, "--cluster", "prod", "--format", "json");
        Assert.Equal(_events, JsonElement.Parse(saved.Output)[0].GetProperty("events").GetInt64());
        var table = await AuditWatchCommand.RunAsync("sources", "status", "--data", server.Data, "--format", "table");
        Assert.Contains("SILENT", table.Output, StringComparison.OrdinalIgnoreCase);
        var facts = await AuditWatchCommand.RunAsync("journal", "export", "--data", server.Data, "--kind", "health");
        Assert.Single(facts.Lines, l => l.Contains("\"policy-changed\"", StringComparison.Ordinal));
        output.WriteLine($"{_events} events, {facts.Lines.Length} facts:\n{facts.Output}");
    }

    async Task EmptiedLogAsync(ServerProcess server)
    {
        await WaitAsync(server, "sources", s => s.GetProperty("source").GetString() == "control-plane" && s.GetProperty("events").GetInt64() == 5, "five events");
        await File.WriteAllTextAsync(Log, "", Stop);
        await File.AppendAllLinesAsync(Log, [AuditLine.OfNoNote(2, 1)], Stop);
        var gone = await AlertAsync(server, "events-gone-before-they-were-read", _ => true);
        output.WriteLine(gone.GetProperty("sentence").GetString()!);
        Assert.Contains("no copy of it lies beside it", gone.GetProperty("sentence").GetString(), StringComparison.Ordinal);
        Assert.Equal(Log, (await WaitAsync(server, "api-servers", r => r.GetProperty("cluster").GetString() == "files" && r.GetProperty("events").GetInt64() == 6, "six events")).GetProperty("api_server").GetString());
    }

    Task PostAsync(ServerProcess server, int events, string level, int minutes = 0) => PostBodyAsync(server, Body(events, level, minutes));

    static async Task PostBodyAsync(ServerProcess server, byte[] body) => (await server.PostAsync("prod", body)).EnsureSuccessStatusCode();

    byte[] Body(int events, string level, int minutes) => AuditLine.Utf8(Enumerable.Range(0, events).Select(_ => AuditLine.Of(
        string.Create(CultureInfo.InvariantCulture, $"request-{_events++:D4}"), received: string.Create(CultureInfo.InvariantCulture, $"2026-11-23T09:{27 + minutes:D2}:03.{_events:D6}Z"), resource: "pods", level: level)));

    static Task<JsonElement> AlertAsync(ServerProcess server, string rule, Func<JsonElement, bool> holds) =>
        WaitAsync(server, "alerts", a => a.GetProperty("rule").GetProperty("name").GetString() == rule && holds(a), rule);

    static Task<JsonElement> ServerAsync(ServerProcess server, Func<JsonElement, bool>? holds = null) => WaitAsync(server, "api-servers", r => r.GetProperty("cluster").GetString() == "prod" && (holds is null || holds(r)), "API server");

    static async Task<JsonElement> WaitAsync(ServerProcess server, string collection, Func<JsonElement, bool> holds, string what)
    {
        for (var watch = Stopwatch.StartNew(); ;)
        {
            var rows = await server.ListAsync(collection);
            if (rows.Where(holds).Take(1).ToList() is [var found]) return found;
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(90), $"No {what} as wanted among:\n{string.Join('\n', rows)}\n{server.Error}");
            await Task.Delay(50, Stop);
        }
    }
}
