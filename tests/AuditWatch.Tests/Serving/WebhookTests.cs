using System.Net;
using System.Text;
using System.Text.Json;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Serving;

/// <summary>The webhook and the API, against one real server.</summary>
public sealed class WebhookTests(SharedServer shared) : IAsyncLifetime
{
    ServerProcess _server = null!;

    public async ValueTask InitializeAsync() => _server = await shared.Started;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_batch_is_answered_200_with_an_empty_body_and_a_repeat_adds_nothing()
    {
        var body = Recorded.Body(Recorded.Lines().Take(400));
        for (var delivery = 0; delivery < 3; delivery++)
        {
            using var answer = await _server.PostAsync("repeats", body);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Empty(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        }
        await _server.SettleAsync();
        Assert.Equal(400, (await _server.ListAsync("events", "limit=0&cluster=repeats")).Count);
        Assert.Equal(400, (await AuditWatchCommand.RunAsync("journal", "export", "--data", _server.Data, "--cluster", "repeats")).Lines.Length);
    }

    [Fact]
    public async Task One_bad_item_is_quarantined_and_the_batch_still_succeeds()
    {
        var good = Recorded.Lines()[0];
        using (var answer = await _server.PostAsync("bad-item", Recorded.Body([good, """{"hello":"Bearer abcdefghijklmnopqrstuvwxyz012345"}"""u8.ToArray()])))
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using (var answer = await _server.PostAsync("bad-item", "this is no JSON at all"u8.ToArray())) Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await _server.SettleAsync();
        Assert.Single(await _server.ListAsync("events", "limit=0&cluster=bad-item"));
        var quarantined = await _server.ListAsync("quarantine", "limit=0&cluster=bad-item");
        Assert.Equal(2, quarantined.Count);
        Assert.All(quarantined, q => Assert.Equal(["id", "reason", "source", "cluster", "received", "bytes"], q.EnumerateObject().Select(p => p.Name)));
        Assert.InRange((await _server.MetricsAsync())["auditwatch_quarantined_total"], 2, double.MaxValue);
        var shown = await _server.Http.GetStringAsync($"/api/v1/quarantine/{quarantined[0].GetProperty("id").GetString()}", TestContext.Current.CancellationToken);
        Assert.DoesNotContain("abcdefghijklmnopqrstuvwxyz012345", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_account_of_a_request_is_an_alert_and_one_that_the_API_server_cut_is_none()
    {
        const string Body = ",\"requestObject\":{\"kind\":\"Pod\"}", Cut = ",\"annotations\":{\"audit.k8s.io/truncated\":\"true\"}";
        string[] posts = [AuditLine.Of("cut", more: Body), AuditLine.Of("cut", more: Cut), AuditLine.Of("forged", more: Body), AuditLine.Of("forged", user: "mallory", more: Cut)];
        foreach (var post in posts)
        {
            using var answer = await _server.PostAsync("contradicted", AuditLine.Utf8(post));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        await _server.SettleAsync();
        Assert.Equal(4, (await _server.ListAsync("events", "limit=0&cluster=contradicted")).Count);
        var alert = Assert.Single(await _server.ListAsync("alerts", "limit=0&cluster=contradicted"), a => a.GetProperty("rule").GetProperty("name").GetString() == "contradicting-copies");
        Assert.Equal("Request forged came twice at stage ResponseComplete with different contents: user.username (\"alice\" and \"mallory\")", alert.GetProperty("sentence").GetString());
    }

    [Fact]
    public async Task A_body_of_64_MiB_is_taken_in_one_piece()
    {
        var padding = new string('x', 64 << 10);
        var items = Enumerable.Range(0, 1024).Select(i => Encoding.UTF8.GetBytes(
            $$$"""{"level":"Request","auditID":"big-{{{i}}}","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/default/pods","verb":"create","user":{"username":"alice"},"sourceIPs":["192.0.2.1"],"objectRef":{"resource":"pods","namespace":"default","apiVersion":"v1"},"responseStatus":{"code":201},"requestObject":{"metadata":{"annotations":{"note":"{{{padding}}}"} } },"requestReceivedTimestamp":"2026-11-23T09:27:03.083285Z","stageTimestamp":"2026-11-23T09:27:03.{{{i:D6}}}Z"}"""));
        using var answer = await _server.PostAsync("large", Recorded.Body(items));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await _server.SettleAsync();
        Assert.Equal(1024, (await _server.ListAsync("events", "limit=0&cluster=large")).Count);
    }

    [Fact]
    public async Task Sql_only_reads()
    {
        foreach (var statement in new[] { "delete from events", "attach '/tmp/x.db'", "copy events to '/tmp/x.csv'", "select * from read_csv('/etc/passwd')", "install httpfs", "pragma enable_profiling", "select 1; drop table events" })
        {
            var answer = await AuditWatchCommand.RunAsync("sql", statement, "--server", _server.Url);
            Assert.True(answer.ExitCode == 2, $"{statement}: {answer.ExitCode} {answer.Output}");
        }
    }

    [Fact]
    public async Task It_describes_itself()
    {
        using var openApi = JsonDocument.Parse(await _server.Http.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken));
        var paths = openApi.RootElement.GetProperty("paths").EnumerateObject().Select(p => p.Name).ToList();
        Assert.Contains("/api/v1/events", paths);
        Assert.Contains("/api/v1/alerts/{id}", paths);
        Assert.Equal("ok", await _server.Http.GetStringAsync("/healthz", TestContext.Current.CancellationToken));
        Assert.Contains("[+]journal", await _server.Http.GetStringAsync("/readyz?verbose", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var metrics = await _server.Http.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        foreach (var name in new[] { "auditwatch_journal_events_total", "auditwatch_detection_lag_events", "auditwatch_index_lag_events", "auditwatch_elasticsearch_dead_letters_total" })
            Assert.Contains($"\n{name}", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_API_does_not_answer_a_page_from_elsewhere()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/alerts");
        request.Headers.Add("Origin", "https://evil.example");
        using var answer = await _server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_misspelt_filter_is_refused_with_a_suggestion()
    {
        using var answer = await _server.Http.GetAsync("/api/v1/events?namspace=prod", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("Did you mean 'namespace'?", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_else_gets_its_folder_or_its_port()
    {
        var second = await AuditWatchCommand.RunAsync("serve", "--data", _server.Data, "--listen", "http://127.0.0.1:0");
        Assert.Equal(4, second.ExitCode);
        Assert.Contains("--server", second.Error, StringComparison.Ordinal);
        var added = await AuditWatchCommand.RunAsync("clusters", "add", "prod", "--data", _server.Data);
        Assert.Equal((4, ""), (added.ExitCode, added.Output));
        var port = await AuditWatchCommand.RunAsync("serve", "--data", _server.Data + "-other", "--listen", _server.Url);
        Assert.Equal(2, port.ExitCode);
        Assert.DoesNotContain("   at ", port.Error, StringComparison.Ordinal);
        // What needs no lock is answered meanwhile.
        Assert.Equal(0, (await AuditWatchCommand.RunAsync("journal", "verify", "--data", _server.Data)).ExitCode);
    }
}
