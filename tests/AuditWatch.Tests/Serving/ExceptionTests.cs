using System.Text.Json;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Serving;

/// <summary>An exception from an alert: shown first, kept as a Sigma filter, and from the next start on it hides exactly what it said.</summary>
public sealed class ExceptionTests : IAsyncLifetime
{
    readonly ServerProcess _server = new(
        Path.Combine(Directory.CreateTempSubdirectory("aw-except").FullName, "data"), "http", [("AUDITWATCH_RULES__DIRS", AuditLine.Rules())]);

    public async ValueTask InitializeAsync() => await _server.StartAsync();

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    async Task PostAsync(string prefix)
    {
        using var posted = await _server.PostAsync("prod", Recorded.Body(Enumerable.Range(0, 6).Select(i => AuditLine.Utf8(AuditLine.Of($"{prefix}{i}", user: i < 4 ? "back*up'" : "mallory")))));
    }

    async Task<List<JsonElement>> OursAsync() => await _server.ListAsync("alerts", "limit=0&rule=" + AuditLine.SecretReadRule);

    [Fact]
    public async Task What_an_exception_would_have_hidden_is_what_it_hides()
    {
        await PostAsync("a");
        await _server.QuietAsync(6);
        var ours = await OursAsync();
        var expected = ours.First(a => a.GetProperty("actor").GetProperty("user").GetString() != "mallory");
        var id = expected.GetProperty("alert_id").GetString()!;
        string[] add = ["exceptions", "add", id, "--owner", "team 'pay'", "--reason", "nightly: backup # 1", "--expires", "9000d", "--server", _server.Url];

        Assert.Equal(2, (await AuditWatchCommand.RunAsync([.. add[..8], "2001-01-01", .. add[9..]])).ExitCode);
        var shown = await AuditWatchCommand.RunAsync([.. add, "--dry-run"]);
        Assert.True(shown.ExitCode == 0, shown.Error);
        using var preview = JsonDocument.Parse(shown.Output);
        var mine = ours.Where(a => a.GetProperty("actor").GetProperty("user").GetString() == "back*up'").Select(a => a.GetProperty("alert_id").GetString()).Order(StringComparer.Ordinal);
        Assert.Equal(mine, preview.RootElement.GetProperty("hidden").EnumerateArray().Select(h => h.GetString()).Order(StringComparer.Ordinal));
        Assert.Equal(ours.Count, preview.RootElement.GetProperty("alerts").GetInt32());
        Assert.Empty(await _server.ListAsync("exceptions"));

        Assert.Equal(0, (await AuditWatchCommand.RunAsync(add)).ExitCode);
        var kept = Assert.Single(await _server.ListAsync("exceptions"));
        Assert.Equal(("active", "team 'pay'", "nightly: backup # 1"), (kept.GetProperty("state").GetString(), kept.GetProperty("owner").GetString(), kept.GetProperty("reason").GetString()));
        Assert.Equal(mine.Count(), kept.GetProperty("stored_alerts_covered").GetInt32());
        Assert.Equal(0, await _server.TerminateAsync());
        await _server.StartAsync();
        await PostAsync("b");
        await _server.QuietAsync((await _server.ListAsync("alerts")).Count + 1);

        var users = (await OursAsync()).SelectMany(a => a.GetProperty("audit_ids").EnumerateArray().Select(i => (Id: i.GetString()!, User: a.GetProperty("actor").GetProperty("user").GetString())));
        Assert.Equal(["b4", "b5"], users.Where(u => u.Id.StartsWith('b')).Select(u => u.Id).Order(StringComparer.Ordinal));
    }
}
