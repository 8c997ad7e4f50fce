using System.Text.Json;
using System.Text.Json.Nodes;
using AuditWatch.Testing;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Elasticsearch.Dashboards;

/// <summary>Every panel is asked as Kibana would ask it, of a real Elasticsearch with recorded traffic: no panel is empty, and the numbers are those of the recording.</summary>
[Collection(ElasticsearchCollection.Name)]
public sealed class DashboardAnswerTests(FilledStreams streams)
{
    static readonly string Shipped = File.ReadAllText(Path.Combine(Checkout.Root, "dashboards", "auditwatch.ndjson"));

    [Fact]
    public async Task Every_panel_has_an_answer_with_sane_numbers()
    {
        Assert.SkipWhen(Kit.Folder is null, Kit.Missing);
        var faults = new List<string>();
        foreach (var panel in ShippedPanel.All(Shipped))
        {
            var answer = await AskAsync(panel);
            if (answer.TryGetProperty("error", out var error))
            {
                faults.Add($"{panel}: {error.GetProperty("reason").GetString()}");
                continue;
            }
            faults.AddRange(Sane(panel, answer).Select(f => $"{panel}: {f}"));
        }
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    async Task<JsonElement> AskAsync(ShippedPanel panel)
    {
        var pattern = ViewCatalog.Views.Single(v => v.Id == panel.View).Pattern;
        return await streams.Server.SendAsync(HttpMethod.Post, $"/{pattern}/_search", PanelQuestion.Write(panel, "10s").ToJsonString());
    }

    static IEnumerable<string> Sane(ShippedPanel panel, JsonElement answer)
    {
        var rows = PanelQuestion.Read(panel, answer);
        var total = answer.GetProperty("hits").GetProperty("total").GetProperty("value").GetDouble();
        var isSplit = panel.Columns.Any(c => (bool)c.Column["isBucketed"]!);
        if (total == 0) yield return "its question finds nothing";
        if (!rows.Any(r => r.Numbers[0] > 0)) yield return "it is empty";
        foreach (var row in rows)
        {
            if (row.Keys.Any(string.IsNullOrEmpty)) yield return "it has a row without a name";
            foreach (var ((_, column), number) in panel.Columns.Where(c => !(bool)c.Column["isBucketed"]!).Zip(row.Numbers))
                if ((string)column["operationType"]! is "count" or "unique_count" && number > total) yield return $"{number} of {total} documents";
        }
        // Values of a field that a document has once only cannot be more than there are documents.
        if (isSplit && (string)panel.Columns.First().Column["operationType"]! == "date_histogram" && panel.Columns.Count() == 2 && rows.Sum(r => r.Documents) != total) yield return "its time line does not hold every document";
        if (panel.Columns.First().Column is var first && (string)first["operationType"]! == "terms" && panel.Columns.Count(c => (bool)c.Column["isBucketed"]!) == 1
            && !rows.Select(r => r.Numbers[0]).SequenceEqual(rows.Select(r => r.Numbers[0]).OrderDescending())) yield return "it is not in order";
    }

    [Fact]
    public async Task The_numbers_are_those_of_the_recording()
    {
        Assert.SkipWhen(Kit.Folder is null, Kit.Missing);
        var events = streams.Events.ConvertAll(l => JsonElement.Parse(l));
        Assert.Equal(events.Where(e => Text(e, "stage") == "ResponseComplete").GroupBy(e => Text(e, "verb")).ToDictionary(g => g.Key, g => (double)g.Count()),
            (await RowsAsync("auditwatch-overview", "Requests by verb")).GroupBy(r => r.Keys[1]).ToDictionary(g => g.Key, g => g.Sum(r => r.Numbers[0]!.Value)));
        var reads = events.Where(e => Text(e, "objectRef", "resource") == "secrets" && Text(e, "verb") is "get" or "list" or "watch" && Text(e, "user", "username") != "").GroupBy(e => Text(e, "user", "username"));
        Assert.Equal(reads.ToDictionary(g => g.Key, g => (double?)g.Select(e => Text(e, "auditID")).Distinct().Count()).OrderByDescending(r => r.Value).ThenBy(r => r.Key, StringComparer.Ordinal).Take(20),
            (await RowsAsync("auditwatch-secrets", "Who reads Secrets")).ToDictionary(r => r.Keys[0], r => r.Numbers[0]).OrderByDescending(r => r.Value).ThenBy(r => r.Key, StringComparer.Ordinal));
        Assert.Equal(streams.Alerts.Count, (await RowsAsync("auditwatch-alert-board", "Alerts by level")).Sum(r => r.Numbers[0]));
        Assert.Equal(streams.Alerts.Count(a => a.GetProperty("level").GetString() is "high" or "critical"), (await RowsAsync("auditwatch-overview", "High and critical alerts")).Single().Numbers[0]);
        Assert.Equal(events.Count(e => Text(e, "objectRef", "subresource") is "exec" or "attach" or "portforward" or "proxy"), (await RowsAsync("auditwatch-sessions-board", "What came of it")).Sum(r => r.Numbers[0]));
    }

    [Fact]
    public async Task Every_dashboard_has_a_preview_that_shows_each_of_its_panels()
    {
        Assert.SkipWhen(Kit.Folder is null, Kit.Missing);
        var folder = Path.Combine(Checkout.Root, "docs", "dashboards");
        var objects = ShippedPanel.Objects(Shipped);
        foreach (var board in BoardCatalog.All)
        {
            var file = Path.Combine(folder, board.Id + ".svg");
            var panels = JsonNode.Parse((string)objects.Single(o => (string?)o["id"] == board.Id)["attributes"]!["panelsJSON"]!)!.AsArray();
            if (Environment.GetEnvironmentVariable("AUDITWATCH_UPDATE") == "1")
            {
                Directory.CreateDirectory(folder);
                var preview = new Preview(board.Title, board.Purpose);
                foreach (var panel in ShippedPanel.All(Shipped).Where(p => p.Board == board.Id)) preview.Draw(panel, PanelQuestion.Read(panel, await AskAsync(panel)));
                foreach (var panel in panels.Where(p => (string?)p!["type"] == "search"))
                {
                    var search = ViewCatalog.Searches.Single(s => "panel_" + (string)panel!["panelIndex"]! == (string)panel["panelRefName"]! && objects.Single(o => (string?)o["id"] == board.Id)["references"]!.AsArray()
                        .Any(r => (string)r!["name"]! == $"{(string)panel["panelIndex"]!}:panel_{(string)panel["panelIndex"]!}" && (string)r["id"]! == s.Id));
                    preview.DrawDocuments(panel!, ["@timestamp", .. search.Columns], ViewCatalog.Views.Single(v => v.Id == search.View).Labels, await DocumentsAsync(search));
                }
                await File.WriteAllTextAsync(file, preview.Finish(), TestContext.Current.CancellationToken);
            }
            var text = File.Exists(file) ? await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken) : "";
            foreach (var panel in panels)
                Assert.True(text.Contains($">{System.Security.SecurityElement.Escape(((string)panel!["title"]!)[..Math.Min(20, ((string)panel["title"]!).Length)])}", StringComparison.Ordinal),
                    $"docs/dashboards/{board.Id}.svg does not show '{(string)panel["title"]!}': run this test once with AUDITWATCH_UPDATE=1.");
        }
    }

    Task<JsonElement> DocumentsAsync(SavedSearch search)
    {
        var body = new JsonObject
        {
            ["size"] = 20, ["_source"] = false, ["query"] = Kql.Parse(search.Where).Query, ["sort"] = new JsonArray(new JsonObject { ["@timestamp"] = "desc" }),
            ["fields"] = new JsonArray([.. search.Columns.Prepend("@timestamp").Select(c => JsonValue.Create(c))]),
        };
        return streams.Server.SendAsync(HttpMethod.Post, $"/{ViewCatalog.Views.Single(v => v.Id == search.View).Pattern}/_search", body.ToJsonString());
    }

    async Task<List<PanelRow>> RowsAsync(string board, string title)
    {
        var panel = ShippedPanel.All(Shipped).Single(p => p.Board == board && p.Title == title);
        return PanelQuestion.Read(panel, await AskAsync(panel));
    }

    static string Text(JsonElement from, params string[] path)
    {
        foreach (var name in path)
            if (!from.TryGetProperty(name, out from)) return "";
        return from.GetString() ?? "";
    }
}
