using System.Text.Json;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Serving;

/// <summary>An exception from an alert: shown first, kept as a Sigma filter, and from then on it hides exactly what it said, without a restart; ended, it hides nothing more.</summary>
public sealed class ExceptionTests : IAsyncLifetime
{
    readonly ServerProcess _server = new(
        Path.Combine(Directory.CreateTempSubdirectory("aw-except").FullName, "data"), "http", [("AUDITWATCH_RULES__DIRS", AuditLine.Rules())]);

    public async ValueTask InitializeAsync() => await _server.StartAsync();

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    async Task PostAsync(string prefix)
    {
        using var posted = await _server.PostAsync("prod", Recorded.Body(Enumerable.Range(0, 6).Select(i => AuditLine.Utf8(AuditLine.Of($"{prefix}{i}", user: i < 4 ? "back*up'" : "mallory")))));
        Assert.True(posted.IsSuccessStatusCode);
    }

    async Task<List<JsonElement>> OursAsync() => await _server.ListAsync("alerts", "limit=0&rule=" + AuditLine.SecretReadRule);

    static string? UserOf(JsonElement alert) => alert.GetProperty("actor").GetProperty("user").GetString();

    async Task<List<string>> ToldAsync(char prefix) =>
        [.. (await OursAsync()).SelectMany(a => a.GetProperty("audit_ids").EnumerateArray().Select(i => i.GetString()!)).Where(i => i[0] == prefix).Order(StringComparer.Ordinal)];

    static async Task<JsonElement> AnswerAsync(params string[] words)
    {
        var answer = await AuditWatchCommand.RunAsync(words);
        Assert.True(answer.ExitCode == 0, answer.Error);
        return JsonElement.Parse(answer.Output);
    }

    [Fact]
    public async Task What_an_exception_would_have_hidden_is_what_it_hides_until_it_is_ended()
    {
        await PostAsync("a");
        await _server.QuietAsync(6);
        var ours = await OursAsync();
        var expected = ours.First(a => UserOf(a) != "mallory");
        string[] add = ["exceptions", "add", expected.GetProperty("alert_id").GetString()!, "--owner", "team 'pay'", "--reason", "nightly: backup # 1", "--expires", "9000d", "--server", _server.Url];

        Assert.Equal(2, (await AuditWatchCommand.RunAsync([.. add[..8], "2001-01-01", .. add[9..]])).ExitCode);
        var preview = await AnswerAsync([.. add, "--dry-run"]);
        var mine = ours.Where(a => UserOf(a) == "back*up'").Select(a => a.GetProperty("alert_id").GetString()).Order(StringComparer.Ordinal);
        Assert.Equal(mine, preview.GetProperty("hidden").EnumerateArray().Select(h => h.GetString()).Order(StringComparer.Ordinal));
        Assert.Equal(ours.Count, preview.GetProperty("alerts").GetInt32());
        Assert.Empty(await _server.ListAsync("exceptions"));

        var id = (await AnswerAsync(add)).GetProperty("id").GetString()!;
        await PostAsync("b");
        await _server.QuietAsync();
        Assert.Equal(["b4", "b5"], await ToldAsync('b'));
        var kept = Assert.Single(await _server.ListAsync("exceptions"));
        Assert.Equal(("active", "team 'pay'", "nightly: backup # 1"), (kept.GetProperty("state").GetString(), kept.GetProperty("owner").GetString(), kept.GetProperty("reason").GetString()));
        Assert.Equal((mine.Count(), 4), (kept.GetProperty("stored_alerts_covered").GetInt32(), kept.GetProperty("hidden").GetInt32()));
        Assert.Empty(await _server.ListAsync("exceptions", "review=true"));

        await _server.KillAsync();
        await _server.StartAsync();
        await PostAsync("c");
        await _server.QuietAsync();
        Assert.Equal(["c4", "c5"], await ToldAsync('c'));
        Assert.Equal(8, Assert.Single(await _server.ListAsync("exceptions")).GetProperty("hidden").GetInt32());

        await AnswerAsync("exceptions", "end", id, "--server", _server.Url);
        Assert.Equal(2, (await AuditWatchCommand.RunAsync("exceptions", "end", id, "--server", _server.Url)).ExitCode);
        await PostAsync("d");
        await _server.QuietAsync();
        Assert.Equal(6, (await ToldAsync('d')).Count);
        Assert.Equal(["b4", "b5", "c4", "c5"], [.. await ToldAsync('b'), .. await ToldAsync('c')]);
        Assert.Equal("ended", Assert.Single(await _server.ListAsync("exceptions", "state=ended")).GetProperty("state").GetString());
    }
}
