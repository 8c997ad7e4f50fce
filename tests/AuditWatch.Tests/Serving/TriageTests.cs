using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AuditWatch.Tests.Running;
using Microsoft.Data.Sqlite;
using Xunit;

namespace AuditWatch.Tests.Serving;

/// <summary>An alert's life over HTTP and on the command line, on a real server with a restart and a replay in between.</summary>
public sealed class TriageTests : IAsyncLifetime
{
    readonly ServerProcess _server;
    List<string> _ids = [];
    int _all;   // ours, and what the shipped rules say of the same events

    public TriageTests()
    {
        var rules = AuditLine.Rules(("careful.yml", """
            title: Pod read by a careful rule
            id: 3f0d4a52-6f0e-4c0e-9d0a-0c7f5f0f2b12
            name: careful
            level: medium
            logsource: {product: kubernetes, service: audit}
            auditwatch: {close_note: required}
            detection:
              selection: {objectRef.resource: pods, verb: get}
              condition: selection
            """));
        _server = new ServerProcess(Path.Combine(Directory.CreateTempSubdirectory("aw-triage").FullName, "data"), "http", [("AUDITWATCH_RULES__DIRS", rules)]);
    }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _server.StartAsync();
        using var posted = await _server.PostAsync("prod", Recorded.Body(Enumerable.Range(0, 6).Select(i => AuditLine.Utf8(AuditLine.Of($"r{i}", user: $"user-{i}", resource: i < 5 ? "secrets" : "pods")))));
        Assert.Equal(HttpStatusCode.OK, posted.StatusCode);
        await _server.QuietAsync(11);
        _ids = [.. (await AlertsAsync("rule=secret-read")).Select(a => a.GetProperty("alert_id").GetString()!).Order(StringComparer.Ordinal)];
        Assert.Equal(5, _ids.Count);
        _all = (await AlertsAsync("")).Count;
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    Task<List<JsonElement>> AlertsAsync(string query) => _server.ListAsync("alerts", "limit=0&" + query);

    async Task<(HttpStatusCode Status, JsonElement Body, string? ETag)> DoAsync(string method, string path, object body, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = JsonContent.Create(body) };
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        using var answer = await _server.Http.SendAsync(request, Stop);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(Stop), answer.Headers.ETag?.Tag);
    }

    async Task<string> RunAsync(int exit, params string[] arguments)
    {
        var run = await AuditWatchCommand.RunAsync(arguments);
        Assert.True(run.ExitCode == exit, $"{string.Join(' ', arguments)}: exit {run.ExitCode}\n{run.Output}\n{run.Error}");
        return exit == 0 ? run.Output : run.Error;
    }

    [Fact]
    public async Task An_alert_is_taken_closed_and_stays_as_people_left_it_through_a_restart_and_a_replay()
    {
        using var shown = await _server.Http.GetAsync($"/api/v1/alerts/{_ids[0]}", Stop);
        var etag = shown.Headers.ETag!.Tag;
        var taken = await DoAsync("PATCH", $"/api/v1/alerts/{_ids[0]}", new { status = "acknowledged", by = "alice" }, etag);
        Assert.Equal((HttpStatusCode.OK, "acknowledged", "alice"), (taken.Status, taken.Body.GetProperty("status").GetString(), taken.Body.GetProperty("triage").GetProperty("assignee").GetString()));
        Assert.NotEqual(etag, taken.ETag);

        var stale = await DoAsync("PATCH", $"/api/v1/alerts/{_ids[0]}", new { status = "closed", resolution = "noise" }, etag);
        Assert.Equal(HttpStatusCode.PreconditionFailed, stale.Status);
        Assert.Contains("alice acknowledged it", stale.Body.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("acknowledged", stale.Body.GetProperty("changes")[0].GetProperty("act").GetString());
        Assert.Equal(taken.ETag, $"\"{stale.Body.GetProperty("version").GetInt64()}\"");

        foreach (var (path, body, status) in ((string, object, HttpStatusCode)[])
        [
            ($"/api/v1/alerts/{_ids[0]}", new { status = "done" }, HttpStatusCode.BadRequest),
            ($"/api/v1/alerts/{_ids[0]}", new { stauts = "closed" }, HttpStatusCode.BadRequest),
            ($"/api/v1/alerts/{_ids[0]}", new { status = "closed" }, HttpStatusCode.BadRequest),
            ("/api/v1/alerts/none", new { note = "x" }, HttpStatusCode.NotFound),
        ]) Assert.Equal(status, (await DoAsync("PATCH", path, body)).Status);

        var closed = await RunAsync(0, "alerts", "close", _ids[0], "--as", "benign-expected", "--note", "agreed with the team", "--by", "bob", "--server", _server.Url);
        Assert.Contains("\"resolution\":\"benign_expected\"", closed, StringComparison.Ordinal);
        Assert.Equal(0, await _server.TerminateAsync());

        // A replay: detection forgets how far it was and what it knew, and reads the journal from its start.
        await using (var state = new SqliteConnection($"Data Source={Path.Combine(_server.Data, "state.db")};Pooling=False"))
        {
            await state.OpenAsync(Stop);
            await using var forget = state.CreateCommand();
            forget.CommandText = "delete from reader_position where reader = 'detect'; delete from detection_state";
            await forget.ExecuteNonQueryAsync(Stop);
        }
        var offline = await RunAsync(0, "alerts", "show", _ids[0], "--data", _server.Data);
        await _server.StartAsync();
        await _server.QuietAsync(11);

        using var after = JsonDocument.Parse(await _server.Http.GetByteArrayAsync($"/api/v1/alerts/{_ids[0]}", Stop));
        Assert.Equal("closed", after.RootElement.GetProperty("status").GetString());
        Assert.Equal(["alice acknowledged", "bob closed"], after.RootElement.GetProperty("history").EnumerateArray().Select(h => $"{h.GetProperty("by").GetString()} {h.GetProperty("act").GetString()}"));
        Assert.Equal(JsonDocument.Parse(offline).RootElement.GetProperty("history").GetRawText(), after.RootElement.GetProperty("history").GetRawText());
        Assert.Equal(_all - 1, (await AlertsAsync("status=open")).Count);
    }

    [Fact]
    public async Task A_bulk_change_says_its_number_first_and_is_taken_back_by_one_command()
    {
        var counted = await DoAsync("POST", "/api/v1/alerts/triage?rule=secret-read", new { status = "closed", resolution = "noise", dry_run = true });
        Assert.Equal(5, counted.Body.GetProperty("matched").GetInt64());
        var refused = await DoAsync("POST", "/api/v1/alerts/triage?rule=secret-read", new { status = "closed", resolution = "noise", expected = 4 });
        Assert.Equal((HttpStatusCode.Conflict, 5), (refused.Status, refused.Body.GetProperty("matched").GetInt32()));
        Assert.Equal(HttpStatusCode.BadRequest, (await DoAsync("POST", "/api/v1/alerts/triage?rul=secret-read", new { status = "closed", resolution = "noise" })).Status);
        Assert.Equal(_all, (await AlertsAsync("status=new")).Count);

        Assert.Contains("5 alerts match", await RunAsync(2, "alerts", "close", "--all", "--rule", "secret-read", "--as", "noise", "--server", _server.Url), StringComparison.Ordinal);
        using var job = JsonDocument.Parse(await RunAsync(0, "alerts", "close", "--all", "--rule", "secret-read", "--as", "noise", "--expect", "5", "--server", _server.Url));
        Assert.Equal((5, 5), (job.RootElement.GetProperty("matched").GetInt32(), job.RootElement.GetProperty("changed").GetInt32()));
        Assert.Empty(await AlertsAsync("status=open&rule=secret-read"));
        Assert.Equal(_all - 5, (await AlertsAsync("status=open")).Count);

        using var undone = JsonDocument.Parse(await RunAsync(0, "alerts", "undo", job.RootElement.GetProperty("id").GetRawText(), "--server", _server.Url));
        Assert.Equal(5, undone.RootElement.GetProperty("put_back").GetInt32());
        Assert.Equal(_all, (await AlertsAsync("status=new")).Count);
        Assert.Equal("undone", Assert.Single(await _server.ListAsync("triage-jobs")).GetProperty("state").GetString());
        await RunAsync(2, "alerts", "undo", "77", "--server", _server.Url);

        var careful = (await AlertsAsync("rule=careful"))[0].GetProperty("alert_id").GetString()!;
        Assert.Contains("asks for a note", await RunAsync(2, "alerts", "close", careful, "--as", "noise", "--server", _server.Url), StringComparison.Ordinal);
        await RunAsync(0, "alerts", "tag", careful, "--add", "seen", "--add", "team/pay", "--server", _server.Url);
        Assert.Equal(careful, Assert.Single(await AlertsAsync("tag=team/pay")).GetProperty("alert_id").GetString());

        using var openApi = JsonDocument.Parse(await _server.Http.GetByteArrayAsync("/openapi/v1.json", Stop));
        var paths = openApi.RootElement.GetProperty("paths");
        Assert.True(paths.GetProperty("/api/v1/alerts/{id}").GetProperty("patch").GetProperty("requestBody").GetRawText().Length > 0);
        Assert.Contains("dry_run", openApi.RootElement.GetProperty("components").GetRawText(), StringComparison.Ordinal);
        _ = paths.GetProperty("/api/v1/triage-jobs/{id}/undo").GetProperty("post");
    }
}
