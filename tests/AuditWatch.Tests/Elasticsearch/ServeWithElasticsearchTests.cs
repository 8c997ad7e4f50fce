using System.Text.Json;
using AuditWatch.Testing;
using Xunit;

namespace AuditWatch.Tests.Elasticsearch;

/// <summary>From nothing to filled data streams with the program's own commands, against a real Elasticsearch.</summary>
[Collection(ElasticsearchCollection.Name)]
public sealed class ServeWithElasticsearchTests(FilledStreams streams)
{
    [Fact]
    public void Setup_installs_everything_and_a_second_run_changes_nothing()
    {
        Assert.SkipWhen(Kit.Folder is null, Kit.Missing);
        Assert.Equal((0, 0), (streams.FirstSetup.ExitCode, streams.SecondSetup.ExitCode));
        Assert.Contains(streams.FirstSetup.Lines, l => l.Contains(streams.AuditStream, StringComparison.Ordinal) && l.Contains("created", StringComparison.Ordinal));
        Assert.All(streams.SecondSetup.Lines, l => Assert.Contains(JsonElement.Parse(l).GetProperty("change").GetString(), new[] { "unchanged", "left_out" }));
        Assert.Contains("everything stands as wanted", streams.SecondSetup.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_journaled_event_is_a_document_once_though_the_server_was_killed_and_the_stream_rolled_over()
    {
        Assert.SkipWhen(Kit.Folder is null, Kit.Missing);
        Assert.Equal(streams.Posted, streams.Metrics["auditwatch_journal_events_total"]);
        Assert.Equal(0, streams.Metrics["auditwatch_elasticsearch_dead_letters_total"]);
        Assert.Equal(streams.Posted, await streams.Server.CountAsync(streams.AuditStream));
        var ids = await IdsAsync(streams.AuditStream);
        Assert.Equal(streams.Posted, ids.Distinct(StringComparer.Ordinal).Count());
        var indices = (await streams.Server.GetAsync($"/_data_stream/{streams.AuditStream}")).GetProperty("data_streams")[0].GetProperty("indices").GetArrayLength();
        Assert.True(indices >= 2, "The stream did not roll over.");
    }

    [Fact]
    public async Task Every_alert_is_a_document_once_under_its_own_id()
    {
        Assert.SkipWhen(Kit.Folder is null, Kit.Missing);
        Assert.NotEmpty(streams.Alerts);
        await streams.Server.CountAsync(streams.AlertStream);
        Assert.Equal(streams.Alerts.Select(a => a.GetProperty("alert_id").GetString()!).Order(StringComparer.Ordinal), (await IdsAsync(streams.AlertStream)).Order(StringComparer.Ordinal));
        var answer = await streams.Server.SendAsync(HttpMethod.Post, $"/{streams.AlertStream}/_search", """{"size":1,"query":{"term":{"event.kind":"alert"}}}""");
        var hit = answer.GetProperty("hits").GetProperty("hits")[0];
        var source = hit.GetProperty("_source");
        Assert.Equal(hit.GetProperty("_id").GetString(), source.GetProperty("event").GetProperty("id").GetString());
        Assert.Equal($"https://auditwatch.example/api/v1/alerts/{hit.GetProperty("_id").GetString()}", source.GetProperty("event").GetProperty("url").GetString());
        Assert.Contains(source.GetProperty("orchestrator").GetProperty("cluster").GetProperty("name").GetString(), new[] { FilledStreams.Cluster, FilledStreams.OtherCluster });
    }

    [Fact]
    public void A_triage_index_that_was_deleted_is_filled_again_from_the_state()
    {
        Assert.SkipWhen(Kit.Folder is null, Kit.Missing);
        Assert.Equal(streams.Stood.Count, streams.StoodAgain.Count);
        foreach (var (id, row) in streams.Stood)
            Assert.Equal((row.GetProperty("_version").GetInt64(), row.GetProperty("_source").GetRawText()), (streams.StoodAgain[id].GetProperty("_version").GetInt64(), streams.StoodAgain[id].GetProperty("_source").GetRawText()));
    }

    [Fact]
    public void Where_every_alert_stands_is_a_row_of_its_newest_revision()
    {
        Assert.SkipWhen(Kit.Folder is null, Kit.Missing);
        var rows = streams.Stood;
        Assert.Equal(streams.Alerts.Count, rows.Count);
        foreach (var alert in streams.Alerts)
        {
            var row = rows[alert.GetProperty("alert_id").GetString()!];
            var ours = row.GetProperty("_source").GetProperty("auditwatch");
            Assert.Equal(alert.GetProperty("status").GetString(), ours.GetProperty("triage").GetProperty("status").GetString());
            Assert.Equal(alert.GetProperty("count").GetInt64(), ours.GetProperty("alert").GetProperty("count").GetInt64());
            Assert.Equal(alert.GetProperty("triage").GetProperty("assignee").GetString(), ours.GetProperty("triage").TryGetProperty("assignee", out var assignee) ? assignee.GetString() : null);
            Assert.Equal(row.GetProperty("_version").GetInt64(), ours.GetProperty("triage").GetProperty("revision").GetInt64());
        }
    }

    [Fact]
    public void Without_the_embedded_index_the_API_answers_the_same_from_Elasticsearch()
    {
        Assert.SkipWhen(Kit.Folder is null, Kit.Missing);
        foreach (var question in FilledStreams.Questions) Assert.Equal((question, Plain(streams.Embedded[question])), (question, Plain(streams.Without[question])));
        Assert.True(JsonElement.Parse(streams.Without["events?limit=500"]).GetProperty("items").GetArrayLength() == 500);
        Assert.True(JsonElement.Parse(streams.Without[FilledStreams.Questions[6]]).GetProperty("items").GetArrayLength() > 10, streams.Without[FilledStreams.Questions[6]]);
        Assert.Contains("--esql", streams.WithoutSql, StringComparison.Ordinal);
    }

    // A problem has a trace id of its own.
    static string Plain(string answer) => answer.Contains("\"traceId\"", StringComparison.Ordinal) ? answer[..answer.IndexOf("\"traceId\"", StringComparison.Ordinal)] : answer;

    [Fact]
    public void Nothing_was_refused_and_nothing_went_wrong_on_the_way()
    {
        Assert.SkipWhen(Kit.Folder is null, Kit.Missing);
        Assert.DoesNotContain("Elasticsearch refused", streams.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("did not take", streams.Said, StringComparison.Ordinal);
    }

    async Task<List<string>> IdsAsync(string stream)
    {
        var ids = new List<string>();
        for (string? after = null; ;)
        {
            var page = await streams.Server.SendAsync(HttpMethod.Post, $"/{stream}/_search",
                $$"""{"size":5000,"_source":false,"sort":[{"event.id":"asc"},{"_doc":"asc"}]{{(after is null ? "" : $",\"search_after\":{after}")}}}""");
            var hits = page.GetProperty("hits").GetProperty("hits").EnumerateArray().ToList();
            ids.AddRange(hits.Select(h => h.GetProperty("_id").GetString()!));
            if (hits.Count < 5000) return ids;
            after = hits[^1].GetProperty("sort").GetRawText();
        }
    }
}
