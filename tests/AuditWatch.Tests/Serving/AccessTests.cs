using System.Net;
using System.Text.Json;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Serving;

/// <summary>API tokens as people use them: made before the first start, used by the command line, revoked while the server runs; and what the journal keeps of it.</summary>
public sealed class AccessTests : IAsyncLifetime
{
    readonly ServerProcess _server = new(Path.Combine(Directory.CreateTempSubdirectory("aw-access").FullName, "data"));

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    static async Task<AuditWatchCommand.Result> RunAsync(int exit, string? token, params string[] arguments)
    {
        var run = await AuditWatchCommand.RunAsync(arguments, null, null, token is null ? [] : [("AUDITWATCH_TOKEN", token)]);
        Assert.True(run.ExitCode == exit, $"{string.Join(' ', arguments)}: exit {run.ExitCode}\n{run.Output}\n{run.Error}");
        return run;
    }

    [Fact]
    public async Task A_token_made_before_the_first_start_is_asked_for_from_then_on_and_worth_nothing_once_it_is_revoked()
    {
        string[] data = ["--data", _server.Data], server = ["--server", _server.Url];
        Assert.Contains("first token must have the role admin", (await RunAsync(2, null, ["tokens", "create", "eve", "--role", "viewer", .. data])).Error, StringComparison.Ordinal);
        var made = JsonElement.Parse((await RunAsync(0, null, ["tokens", "create", "root", "--role", "admin", "--expires", "never", "--format", "json", .. data])).Output);
        var (admin, adminId) = (made.GetProperty("token").GetString()!, made.GetProperty("id").GetString()!);

        await _server.StartAsync();
        using (var posted = await _server.PostAsync("prod", AuditLine.Utf8(AuditLine.Of("a")))) Assert.Equal(HttpStatusCode.OK, posted.StatusCode);
        using (var posted = await _server.PostAsync("dev", AuditLine.Utf8(AuditLine.Of("b")))) Assert.Equal(HttpStatusCode.OK, posted.StatusCode);
        await _server.QuietAsync();
        Assert.Contains("A bearer token is required", (await RunAsync(2, null, ["events", "search", .. server])).Error, StringComparison.Ordinal);
        _server.Http.DefaultRequestHeaders.Authorization = new("Bearer", admin);
        Assert.Equal(2, (await _server.ListAsync("events")).Count);

        var analyst = JsonElement.Parse((await RunAsync(0, admin, ["tokens", "create", "ana", "--role", "analyst:prod", "--format", "json", .. server])).Output);
        var file = Path.Combine(Path.GetDirectoryName(_server.Data)!, "token");
        await File.WriteAllTextAsync(file, analyst.GetProperty("token").GetString() + "\n", TestContext.Current.CancellationToken);
        Assert.Contains("\"prod\"", Assert.Single((await RunAsync(0, null, ["events", "search", "--token-file", file, .. server])).Lines), StringComparison.Ordinal);
        var listed = await _server.ListAsync("tokens");
        Assert.Equal(["ana analyst:prod", "root admin:*"], listed.Select(t => $"{t.GetProperty("name")} {t.GetProperty("roles")[0]}"));
        Assert.All(listed, t => Assert.DoesNotContain("awt_", t.GetRawText(), StringComparison.Ordinal));
        await RunAsync(0, admin, ["tokens", "revoke", analyst.GetProperty("id").GetString()!, .. server]);
        Assert.Contains("was revoked", (await RunAsync(2, null, ["events", "search", "--token-file", file, .. server])).Error, StringComparison.Ordinal);

        var told = (await RunAsync(0, null, ["journal", "export", "--kind", "access", .. data])).Lines.Select(l => JsonElement.Parse(l).GetProperty("event")).Select(e => $"{e.GetProperty("act")} {e.GetProperty("by")} {e.GetProperty("route")}").ToList();
        string[] wanted = ["denied  list-events", "read root list-events", "change root create-token", "changed root create-token", "read ana list-events", "change root revoke-token", "changed root revoke-token", "denied  list-events"];
        Assert.Equal(wanted, told);

        // No token was written anywhere, and taking the last one back does not open the door.
        foreach (var written in Directory.GetFiles(_server.Data, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith("lock", StringComparison.Ordinal)))
            Assert.True(OwnServerTests.ReadShared(written).AsSpan().IndexOf("awt_"u8) < 0, written);
        Assert.DoesNotContain("awt_", _server.Error, StringComparison.Ordinal);
        using var revoked = await _server.Http.PostAsync($"/api/v1/tokens/{adminId}/revoke", null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, revoked.StatusCode);
        _server.Http.DefaultRequestHeaders.Authorization = null;
        using var shut = await _server.Http.GetAsync("/api/v1/alerts", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, shut.StatusCode);
    }
}
