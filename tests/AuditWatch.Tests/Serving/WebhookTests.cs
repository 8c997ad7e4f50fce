using System.Net;
using System.Text;
using System.Text.Json;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Serving;

/// <summary>The webhook, the API and the commands, against one real server.</summary>
public sealed class WebhookTests : IAsyncLifetime
{
    readonly ServerProcess _server = new(Path.Combine(Directory.CreateTempSubdirectory("aw-serve").FullName, "data"));

    public async ValueTask InitializeAsync() => await _server.StartAsync();

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_batch_is_answered_200_with_an_empty_body_and_a_repeat_adds_nothing()
    {
        var body = Recorded.Body(Recorded.Lines().Take(400));
        for (var delivery = 0; delivery < 3; delivery++)
        {
            using var answer = await _server.PostAsync("prod", body);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Empty(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        }
        await _server.SettleAsync();
        Assert.Equal(400, (await _server.ListAsync("events")).Count);
        Assert.Equal(400, (await _server.MetricsAsync())["auditwatch_journal_events_total"]);
    }

    [Fact]
    public async Task One_bad_item_is_quarantined_and_the_batch_still_succeeds()
    {
        var good = Recorded.Lines()[0];
        using (var answer = await _server.PostAsync("prod", Recorded.Body([good, """{"hello":"Bearer abcdefghijklmnopqrstuvwxyz012345"}"""u8.ToArray()])))
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using (var answer = await _server.PostAsync("prod", "this is no JSON at all"u8.ToArray())) Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await _server.SettleAsync();
        Assert.Single(await _server.ListAsync("events"));
        var quarantined = await _server.ListAsync("quarantine");
        Assert.Equal(2, quarantined.Count);
        Assert.All(quarantined, q => Assert.Equal(["id", "reason", "source", "cluster", "received", "bytes"], q.EnumerateObject().Select(p => p.Name)));
        Assert.Equal(2, (await _server.MetricsAsync())["auditwatch_quarantined_total"]);
        var shown = await _server.Http.GetStringAsync($"/api/v1/quarantine/{quarantined[0].GetProperty("id").GetString()}", TestContext.Current.CancellationToken);
        Assert.DoesNotContain("abcdefghijklmnopqrstuvwxyz012345", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_of_64_MiB_is_taken_in_one_piece()
    {
        var padding = new string('x', 64 << 10);
        var items = Enumerable.Range(0, 1024).Select(i => Encoding.UTF8.GetBytes(
            $$$"""{"level":"Request","auditID":"big-{{{i}}}","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/default/pods","verb":"create","user":{"username":"alice"},"sourceIPs":["192.0.2.1"],"objectRef":{"resource":"pods","namespace":"default","apiVersion":"v1"},"responseStatus":{"code":201},"requestObject":{"metadata":{"annotations":{"note":"{{{padding}}}"} } },"requestReceivedTimestamp":"2026-11-23T09:27:03.083285Z","stageTimestamp":"2026-11-23T09:27:03.{{{i:D6}}}Z"}"""));
        using var answer = await _server.PostAsync("prod", Recorded.Body(items));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await _server.SettleAsync();
        Assert.Equal(1024, (await _server.MetricsAsync())["auditwatch_journal_events_total"]);
    }

    [Fact]
    public async Task From_the_first_credential_on_every_post_needs_one_and_nobody_writes_as_another()
    {
        var body = Recorded.Body(Recorded.Lines().Take(3));
        using (var open = await _server.PostAsync("anyone", body)) Assert.Equal(HttpStatusCode.OK, open.StatusCode);
        var added = await AuditWatchCommand.RunAsync("clusters", "add", "prod", "--server", _server.Url, "--format", "json");
        Assert.Equal(0, added.ExitCode);
        using var credential = JsonDocument.Parse(added.Output);
        var token = credential.RootElement.GetProperty("token").GetString()!;
        Assert.Equal(["cluster", "token", "kubeconfig", "flags"], credential.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Contains(token, credential.RootElement.GetProperty("kubeconfig").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, (await AuditWatchCommand.RunAsync("clusters", "add", "other", "--server", _server.Url)).ExitCode);

        async Task<HttpStatusCode> Post(string cluster, string? bearer)
        {
            using var answer = await _server.PostAsync(cluster, body, bearer);
            return answer.StatusCode;
        }

        Assert.Equal(HttpStatusCode.OK, await Post("prod", token));
        Assert.Equal(HttpStatusCode.Unauthorized, await Post("prod", null));
        Assert.Equal(HttpStatusCode.Unauthorized, await Post("prod", "wrong"));
        Assert.Equal(HttpStatusCode.Forbidden, await Post("other", token));
        Assert.Equal(HttpStatusCode.NotFound, await Post("unheard-of", token));
        await _server.SettleAsync();
        Assert.Equal(6, (await _server.ListAsync("events")).Count);
        foreach (var file in Directory.GetFiles(_server.Data, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith("lock", StringComparison.Ordinal)))
            Assert.True(ReadShared(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(token)) < 0, $"{file} holds the token.");
    }

    [Fact]
    public async Task The_same_questions_are_answered_by_server_and_by_data_folder()
    {
        foreach (var body in Recorded.Bodies(400)) (await _server.PostAsync("prod", body)).Dispose();
        await _server.SettleAsync();
        await Task.Delay(2500, TestContext.Current.CancellationToken); // the idle mark, after a second of silence, lets the last events go
        await _server.SettleAsync();

        string[][] questions =
        [
            ["events", "search", "--resource", "secrets", "--verb", "list"], ["events", "search", "--limit", "0", "--order", "asc"], ["alerts", "list", "--min-level", "high"],
            ["sql", "select verb, count(*) as n from events group by all order by n desc, verb"], ["quarantine", "list"], ["clusters", "list"], ["sources", "status"],
        ];
        var fromServer = new List<string>();
        foreach (var question in questions)
        {
            var answer = await AuditWatchCommand.RunAsync([.. question, "--server", _server.Url]);
            Assert.Equal(0, answer.ExitCode);
            fromServer.Add(answer.Output);
        }
        Assert.NotEmpty(fromServer[0]);
        Assert.NotEmpty(fromServer[2]);

        var busy = await AuditWatchCommand.RunAsync("alerts", "list", "--data", _server.Data);
        Assert.Equal(4, busy.ExitCode);
        Assert.Contains("--server", busy.Error, StringComparison.Ordinal);

        Assert.Equal(0, await _server.TerminateAsync());
        for (var i = 0; i < questions.Length; i++) Assert.Equal(fromServer[i], (await AuditWatchCommand.RunAsync([.. questions[i], "--data", _server.Data])).Output);
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

    static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
