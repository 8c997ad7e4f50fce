using System.Net;
using AuditWatch.Testing;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Serving;

/// <summary>A real server whose state is in a real PostgreSQL; both are killed on the way.</summary>
public sealed class PostgresTests : IDisposable
{
    const string OfTheRule = "limit=0&rule=secret-read";
    readonly string _work = Directory.CreateTempSubdirectory("aw-postgres").FullName;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_work, recursive: true);

    [Fact]
    public async Task Alerts_triage_and_tokens_survive_both_and_nobody_looks_for_them_in_the_wrong_place()
    {
        Assert.SkipUnless(PostgresServer.IsHere, PostgresServer.Missing);
        await using var postgres = await PostgresServer.StartAsync();
        await postgres.MakeDatabaseAsync("auditwatch");
        var (config, data) = (Path.Combine(_work, "postgres.yaml"), Path.Combine(_work, "data"));
        await File.WriteAllTextAsync(Path.Combine(_work, "password"), PostgresServer.Password + "\n", Stop);
        await File.WriteAllTextAsync(config, $$"""
            data: {{data}}
            rules: {dirs: [{{AuditLine.Rules()}}]}
            state:
              postgres: {host: 127.0.0.1, port: {{postgres.Port}}, password_file: {{Path.Combine(_work, "password")}}, tls: disable}
            """, Stop);
        Directory.CreateDirectory(data);
        var added = await AuditWatchCommand.RunAsync("clusters", "add", "prod", "--config", config);
        var token = added.Output.Split('"').First(word => word.StartsWith("aw_", StringComparison.Ordinal));
        await using var server = new ServerProcess(data, "http", "--config", config);
        await server.StartAsync();

        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("prod", BodyOf(0, 20), token)).StatusCode);
        await server.QuietAsync(20);
        var first = (await server.ListAsync("alerts", OfTheRule))[0].GetProperty("alert_id").GetString()!;
        Assert.Equal(0, (await AuditWatchCommand.RunAsync("alerts", "assign", first, "--to", "alice", "--server", server.Url)).ExitCode);

        // Events are taken while the state is away, and judged; what is judged is saved when it is back, by whoever is there then.
        await postgres.KillAsync();
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("prod", BodyOf(20, 10), token)).StatusCode);
        await UntilAsync(async () => (await server.Http.GetAsync("/readyz", Stop)).StatusCode == HttpStatusCode.ServiceUnavailable);
        using var refused = await server.Http.GetAsync("/api/v1/alerts", Stop);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Contains("does not answer", await refused.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        await server.KillAsync();
        await postgres.StartAsync();
        await server.StartAsync();
        await server.QuietAsync(30);
        Assert.Equal(30, (await server.ListAsync("alerts", OfTheRule)).Select(a => a.GetProperty("alert_id").GetString()).Distinct().Count());
        Assert.Equal("30|30", (await postgres.QueryAsync("auditwatch", "select count(*), sum(evidence_version) from alert where rule_name = 'secret-read'")).Trim());
        await server.KillAsync();

        var listed = await AuditWatchCommand.RunAsync("alerts", "list", "--config", config, "--assignee", "alice", "--format", "ndjson");
        Assert.Contains(first, Assert.Single(listed.Lines), StringComparison.Ordinal);
        var lost = await AuditWatchCommand.RunAsync("alerts", "list", "--data", data);
        Assert.Equal(2, lost.ExitCode);
        Assert.Contains($"PostgreSQL 127.0.0.1:{postgres.Port}/auditwatch", lost.Error, StringComparison.Ordinal);
        Assert.Contains("--config", lost.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(data, "state.db")));
        Directory.CreateDirectory(Path.Combine(_work, "other"));
        var stranger = await AuditWatchCommand.RunAsync("alerts", "list", "--config", config, "--data", Path.Combine(_work, "other"));
        Assert.Equal(2, stranger.ExitCode);
        Assert.Contains("another journal", stranger.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(PostgresServer.Password, server.Error, StringComparison.Ordinal);
    }

    static byte[] BodyOf(int from, int count) => Recorded.Body(Enumerable.Range(from, count).Select(i => AuditLine.Utf8(AuditLine.Of($"r{i}", user: $"user-{i}"))));

    static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        while (!await holds()) await Task.Delay(100, deadline.Token);
    }
}
