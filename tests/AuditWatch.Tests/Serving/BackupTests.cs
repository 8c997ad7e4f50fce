using System.Net;
using System.Text.Json;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Serving;

/// <summary>A running server's data folder is backed up under load; what is restored from it verifies, and tells the same alerts.</summary>
public sealed class BackupTests : IAsyncLifetime
{
    readonly string _place = Directory.CreateTempSubdirectory("aw-backup").FullName;
    readonly string _rules = AuditLine.Rules();
    readonly ServerProcess _server;
    ServerProcess? _second;

    public BackupTests() => _server = Server("data");

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    ServerProcess Server(string folder) => new(Path.Combine(_place, folder), "http", [("AUDITWATCH_RULES__DIRS", _rules)]);

    public async ValueTask InitializeAsync() => await _server.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        if (_second is not null) await _second.DisposeAsync();
    }

    static async Task<AuditWatchCommand.Result> RunAsync(int exit, params string[] arguments)
    {
        var run = await AuditWatchCommand.RunAsync(arguments);
        Assert.True(run.ExitCode == exit, $"{string.Join(' ', arguments)}: exit {run.ExitCode}\n{run.Output}\n{run.Error}");
        return run;
    }

    static async Task<Dictionary<string, string>> AlertsAsync(ServerProcess server) =>
        (await server.ListAsync("alerts", $"limit=0&rule={AuditLine.SecretReadRule}")).ToDictionary(a => a.GetProperty("audit_ids")[0].GetString()!, a => a.GetRawText());

    [Fact]
    public async Task What_is_restored_from_a_backup_taken_under_load_verifies_and_tells_the_same_alerts()
    {
        async Task PostAsync(string prefix, int count)
        {
            using var posted = await _server.PostAsync("prod", Recorded.Body(Enumerable.Range(0, count).Select(i => AuditLine.Utf8(AuditLine.Of($"{prefix}-{i}")))));
            Assert.Equal(HttpStatusCode.OK, posted.StatusCode);
        }
        await PostAsync("before", 20);
        await _server.QuietAsync(20);
        var before = await AlertsAsync(_server);
        Assert.Equal(20, before.Count);
        var chosen = JsonElement.Parse(before["before-7"]).GetProperty("alert_id").GetString()!;
        using (var closed = await _server.Http.PatchAsync($"/api/v1/alerts/{chosen}", new StringContent("""{"status":"closed","resolution":"noise","by":"ana"}""", null, "application/json"), Stop))
            Assert.Equal(HttpStatusCode.OK, closed.StatusCode);
        before = await AlertsAsync(_server);

        // Posts go on while the copy is made.
        using var enough = new CancellationTokenSource();
        var load = Task.Run(async () =>
        {
            var posts = 0;
            for (; !enough.IsCancellationRequested; posts++) await PostAsync($"during-{posts}", 10);
            return posts;
        }, Stop);
        var (data, backup, restored) = (_server.Data, Path.Combine(_place, "backup"), Path.Combine(_place, "restored"));
        await RunAsync(0, "backup", backup, "--data", data);
        enough.Cancel();
        Assert.True(await load > 0);
        await _server.KillAsync();

        Assert.Contains("exists already", (await RunAsync(2, "restore", backup, "--data", data)).Error, StringComparison.Ordinal);
        await RunAsync(0, "restore", backup, "--data", restored);
        await RunAsync(0, "journal", "verify", "--data", restored);
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(data, "redaction.key"), Stop), await File.ReadAllBytesAsync(Path.Combine(restored, "redaction.key"), Stop));
        var journaled = (await RunAsync(0, "journal", "export", "--data", restored)).Lines.Select(l => JsonElement.Parse(l).GetProperty("event").GetProperty("auditID").GetString()!).ToList();
        Assert.True(journaled.Count >= 20);

        _second = Server("restored");
        await _second.StartAsync();
        await _second.QuietAsync(journaled.Count);
        var after = await AlertsAsync(_second);
        Assert.Equal(journaled.Order(StringComparer.Ordinal), after.Keys.Order(StringComparer.Ordinal));
        foreach (var (id, alert) in before) Assert.Equal(alert, after[id]);
        Assert.Equal(journaled.Count, (await _second.ListAsync("events")).Count);   // the index was made anew

        // A backup that is not as it was written is not put back.
        var segment = Directory.GetFiles(Path.Combine(backup, "journal"), "segment-*").Single();
        var bytes = await File.ReadAllBytesAsync(segment, Stop);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(segment, bytes, Stop);
        var refused = Path.Combine(_place, "refused");
        Assert.Contains("is damaged", (await RunAsync(2, "restore", backup, "--data", refused)).Error, StringComparison.Ordinal);
        Assert.Equal(["backup", "data", "restored"], Directory.GetDirectories(_place).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal));
    }
}
