using System.Net;
using System.Text.Json;
using AuditWatch.Server.Endpoints;
using AuditWatch.Server.Tests.Access;
using Xunit;

namespace AuditWatch.Server.Tests.Endpoints;

/// <summary>What <c>/openapi/v1.json</c> says of the lists, held against what they answer; pages, repeated parameters and versions.</summary>
[Collection(nameof(GuardedServer))]
public sealed class ApiContractTests(GuardedServer server)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    static string PathOf(string collection) => $"/api/v1/{collection}?{(collection == "timeline" ? "user=alice&around=2026-11-23T09:27:03Z&" : "")}";

    Task<HttpResponseMessage> AskAsync(string path, string? body = null) => server.AskAsync(body is null ? HttpMethod.Get : HttpMethod.Post, path, "admin:*", body);

    [Fact]
    public async Task Every_list_takes_the_parameters_that_are_described_and_its_rows_have_what_is_promised()
    {
        using var document = await AskAsync("/openapi/v1.json");
        var paths = (await GuardedServer.JsonOfAsync(document)).GetProperty("paths");
        Assert.Equal(
            paths.EnumerateObject().Where(p => p.Name.StartsWith("/api/v1/", StringComparison.Ordinal) && !p.Name.Contains('{', StringComparison.Ordinal) && p.Value.TryGetProperty("get", out _)).Select(p => p.Name["/api/v1/".Length..]).Order(StringComparer.Ordinal),
            ListForm.All.Select(f => f.Collection).Order(StringComparer.Ordinal));
        foreach (var form in ListForm.All)
        {
            var list = paths.GetProperty("/api/v1/" + form.Collection).GetProperty("get");
            using var misspelt = await AskAsync(PathOf(form.Collection) + "zzzzzzzz=1");
            var told = (await GuardedServer.JsonOfAsync(misspelt)).GetProperty("detail").GetString()!;
            Assert.Equal(told[(told.IndexOf("Known: ", StringComparison.Ordinal) + 7)..^1].Split(", "), list.GetProperty("parameters").EnumerateArray().Select(p => p.GetProperty("name").GetString()!).Order(StringComparer.Ordinal));

            var schema = list.GetProperty("responses").GetProperty("200").GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("properties").GetProperty("items").GetProperty("items");
            var rows = await server.ItemsAsync(PathOf(form.Collection) + "limit=0", "admin:*");
            if (form.Collection is not ("routes" or "notifications" or "parked")) Assert.NotEmpty(rows);
            var promised = schema.GetProperty("required").EnumerateArray().Select(n => n.GetString()!).ToList();
            Assert.All(rows, row => Assert.Empty(promised.Except(row.EnumerateObject().Select(p => p.Name))));
            await PagesAsync(form.Collection, rows.Count);
        }
    }

    async Task PagesAsync(string collection, int all)
    {
        var (got, cursor, size) = (0, "", Math.Max(1, all / 3));
        for (var pages = 0; pages <= 5; pages++)
        {
            using var answer = await AskAsync($"{PathOf(collection)}limit={size}{cursor}");
            var page = await GuardedServer.JsonOfAsync(answer);
            Assert.InRange(page.GetProperty("items").GetArrayLength(), 0, size);
            got += page.GetProperty("items").GetArrayLength();
            if (page.GetProperty("next").GetString() is not { } next) break;
            cursor = "&cursor=" + Uri.EscapeDataString(next);
        }
        Assert.Equal((collection, all), (collection, got));
    }

    [Theory]
    [InlineData("alerts?cluster=prod&cluster=dev", "2 times")]
    [InlineData("events?since=1.5", "RFC 3339")]
    [InlineData("alerts?until=23.11.2026", "RFC 3339")]
    [InlineData("rules?cursor=x", "cursor")]
    [InlineData("api-servers?state=spoken", "speaks")]
    public async Task What_could_be_taken_for_another_question_is_refused(string question, string why)
    {
        using var answer = await AskAsync("/api/v1/" + question);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(why, (await GuardedServer.JsonOfAsync(answer)).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_metric_of_what_has_not_happened_yet_is_there_and_0()
    {
        using var answer = await AskAsync("/metrics");
        var page = await answer.Content.ReadAsStringAsync(Stop);
        Assert.Matches("auditwatch_quarantined_total\\{[^}]*reason=\"too-large\"\\} 0\n", page);
        Assert.Contains("service_name=\"auditwatch\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_incident_has_an_ETag_and_who_acts_on_another_than_they_saw_is_told_what_changed()
    {
        var (incident, other) = (GuardedServer.AlertOf("dev"), GuardedServer.AlertOf("dev", 1));
        async Task<(HttpStatusCode Status, JsonElement Body)> MergeAsync(string ifMatch)
        {
            using var answer = await server.AskAsync(HttpMethod.Post, $"/api/v1/incidents/{incident}/merge", "analyst:dev", $$"""{"incidents":["{{other}}"]}""", ifMatch);
            return (answer.StatusCode, await GuardedServer.JsonOfAsync(answer));
        }

        using var shown = await server.AskAsync(HttpMethod.Get, $"/api/v1/incidents/{incident}", "viewer:dev");
        var etag = shown.Headers.ETag!.Tag;
        Assert.Equal(etag, $"\"{(await GuardedServer.JsonOfAsync(shown)).GetProperty("version").GetString()}\"");
        var (status, problem) = await MergeAsync("\"7.0.abc\"");
        Assert.Equal((HttpStatusCode.PreconditionFailed, etag), (status, $"\"{problem.GetProperty("version").GetString()}\""));
        Assert.Contains("it has 1 steps now, not 7", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await MergeAsync("W/" + etag)).Status);
        using var unbound = await server.AskAsync(HttpMethod.Post, "/api/v1/tokens", "admin:*", """{"name":"x","roles":["viewer"]}""", etag);
        Assert.Contains("alerts and incidents", await unbound.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);

        (status, var joined) = await MergeAsync(etag);
        Assert.Equal(HttpStatusCode.OK, status);
        (status, problem) = await MergeAsync(etag);
        Assert.Equal(HttpStatusCode.PreconditionFailed, status);
        Assert.Contains("joined another to it, it has 2 steps now, not 1", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        var edit = Assert.Single(problem.GetProperty("changes").EnumerateArray());
        using var undone = await server.AskAsync(HttpMethod.Post, $"/api/v1/incident-edits/{edit.GetProperty("id").GetInt64()}/undo", "analyst:dev", null, $"\"{joined.GetProperty("version").GetString()}\"");
        Assert.Equal(HttpStatusCode.OK, undone.StatusCode);
    }
}
