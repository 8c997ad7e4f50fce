using System.Text.Json;
using System.Text.Json.Nodes;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Elasticsearch;

/// <summary><c>setup kibana</c> by the requests it sends. Not run here: a Kibana.</summary>
public sealed class SetupKibanaTests : IAsyncLifetime
{
    readonly string _work = Directory.CreateTempSubdirectory("aw-kibana").FullName;
    RecordedKibana? _kibana;

    RecordedKibana Kibana => _kibana!;

    public async ValueTask InitializeAsync() => _kibana = await RecordedKibana.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await Kibana.DisposeAsync();
        Directory.Delete(_work, recursive: true);
    }

    [Fact]
    public async Task A_first_run_imports_everything_in_one_file_and_a_second_changes_nothing()
    {
        var first = await RunAsync();
        Assert.Equal((0, 0), (first.ExitCode, Changes(first, "unchanged", "kept").Count));
        Assert.Equal(["GET /api/status", "POST /api/saved_objects/_export", "POST /api/saved_objects/_import?overwrite=true file=auditwatch.ndjson"], Kibana.Requests);
        Assert.Equal(12, Kibana.Spaces["default"].Keys.Count(k => k.StartsWith("dashboard:", StringComparison.Ordinal)));

        var second = await RunAsync();
        Assert.Equal(0, second.ExitCode);
        Assert.Equal(Kibana.Spaces["default"].Count, Changes(second, "unchanged").Count);
        Assert.Single(Kibana.Requests, r => r.Contains("_import", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_somebody_changed_stays_until_overwriting_is_asked_for_and_diff_says_where()
    {
        await RunAsync();
        var mine = Kibana.Spaces["default"]["dashboard:auditwatch-overview"]["attributes"]!;
        mine["title"] = "My overview";
        mine["panelsJSON"] = ((string)mine["panelsJSON"]!).Replace("\"title\":\"Resources\"", "\"title\":\"Things\"", StringComparison.Ordinal);
        Kibana.Spaces["default"].Remove("search:auditwatch-writes");

        var diff = await RunAsync("--diff");
        Assert.Equal(["auditwatch-overview"], Changes(diff, "kept"));
        Assert.Equal(["auditwatch-writes"], Changes(diff, "created"));
        Assert.Contains("attributes.title", diff.Error, StringComparison.Ordinal);
        Assert.Contains("].title", diff.Error, StringComparison.Ordinal);
        Assert.False(Kibana.Spaces["default"].ContainsKey("search:auditwatch-writes"));

        var run = await RunAsync();
        Assert.Equal((0, "My overview"), (run.ExitCode, (string)Kibana.Spaces["default"]["dashboard:auditwatch-overview"]["attributes"]!["title"]!));
        Assert.Contains("--overwrite replaces them", run.Error, StringComparison.Ordinal);
        Assert.True(Kibana.Spaces["default"].ContainsKey("search:auditwatch-writes"));

        var over = await RunAsync("--overwrite");
        Assert.Equal(["auditwatch-overview"], Changes(over, "overwritten"));
        Assert.Equal("[AuditWatch] Overview", (string)Kibana.Spaces["default"]["dashboard:auditwatch-overview"]["attributes"]!["title"]!);
    }

    [Fact]
    public async Task A_dry_run_says_what_it_would_do_and_sends_nothing_that_changes()
    {
        var run = await RunAsync("--dry-run", "--promotion-rule");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("nothing was touched", run.Error, StringComparison.Ordinal);
        Assert.Empty(Kibana.Spaces["default"]);
        Assert.DoesNotContain(Kibana.Requests, r => r.Contains("_import", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Spaces_namespace_links_and_the_promotion_rule_go_where_they_are_told()
    {
        var run = await RunAsync("--space", "soc", "--space", "default", "--namespace", "shop", "--auditwatch-url", "https://aw.example:9443/", "--promotion-rule");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(Kibana.Spaces["default"].Count, Kibana.Spaces["soc"].Count);
        Assert.Contains("POST /s/soc/api/saved_objects/_import?overwrite=true file=auditwatch.ndjson", Kibana.Requests);
        var view = Kibana.Spaces["soc"]["index-pattern:auditwatch-alerts"]["attributes"]!;
        Assert.Equal("logs-auditwatch.alert-shop", (string)view["title"]!);
        Assert.Equal("https://aw.example:9443/api/v1/alerts/{{value}}", (string)JsonNode.Parse((string)view["fieldFormatMap"]!)!["event.id"]!["params"]!["urlTemplate"]!);
        Assert.Equal("rule.name", (string)Kibana.Rules["auditwatch-alert-promotion"]["rule_name_override"]!);
        Assert.Equal(["auditwatch-alert-promotion"], Changes(await RunAsync("--promotion-rule"), "kept").Where(i => i.StartsWith("auditwatch-alert-p", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_export_can_be_imported_again()
    {
        await RunAsync();
        var file = Path.Combine(_work, "mine.ndjson");
        Assert.Equal(0, (await RunAsync("--export", file)).ExitCode);
        var lines = await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken);
        Assert.Equal(Kibana.Spaces["default"].Keys.Order(StringComparer.Ordinal), lines.Select(l => JsonNode.Parse(l)!).Select(o => $"{(string)o["type"]!}:{(string)o["id"]!}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Each_refusal_says_what_to_do()
    {
        Kibana.Authorization = "ApiKey c2VjcmV0";
        var without = await RunAsync();
        Assert.Equal(2, without.ExitCode);
        Assert.Contains("Give --api-key-file", without.Error, StringComparison.Ordinal);
        var key = Path.Combine(_work, "key");
        await File.WriteAllTextAsync(key, "c2VjcmV0\n", TestContext.Current.CancellationToken);
        Assert.Equal(0, (await RunAsync("--api-key-file", key)).ExitCode);
        Kibana.Authorization = null;

        var space = await RunAsync("--space", "nowhere");
        Assert.Equal(2, space.ExitCode);
        Assert.Contains("has no space 'nowhere'", space.Error, StringComparison.Ordinal);

        Kibana.Spaces["default"].Clear();
        Kibana.ImportAnswer = (200, """{"success":false,"successCount":0,"errors":[{"type":"dashboard","id":"auditwatch-overview","error":{"type":"unsupported_type"}}]}""");
        var import = await RunAsync();
        Assert.Equal(2, import.ExitCode);
        Assert.Contains("dashboard auditwatch-overview: unsupported_type", import.Error, StringComparison.Ordinal);
        Kibana.ImportAnswer = (403, """{"statusCode":403,"error":"Forbidden","message":"Unable to bulk_create dashboard"}""");
        Assert.Contains("Saved Objects Management", (await RunAsync()).Error, StringComparison.Ordinal);
        Kibana.ImportAnswer = (503, """{"message":"License is not available."}""");
        Assert.Equal(4, (await RunAsync()).ExitCode);

        Kibana.Version = "7.17.28";
        var old = await RunAsync();
        Assert.Equal(2, old.ExitCode);
        Assert.Contains("is 7.17.28", old.Error, StringComparison.Ordinal);
        Assert.Equal(4, (await AuditWatchCommand.RunAsync("setup", "kibana", "--url", "http://127.0.0.1:9")).ExitCode);
    }

    [Fact]
    public async Task The_configuration_can_say_which_Kibana()
    {
        var config = Path.Combine(_work, "auditwatch.yaml");
        await File.WriteAllTextAsync(config, $$"""
            kibana: {url: "{{Kibana.Url}}", space: soc}
            """, TestContext.Current.CancellationToken);
        Assert.Equal(0, (await AuditWatchCommand.RunAsync("setup", "kibana", "--config", config)).ExitCode);
        Assert.NotEmpty(Kibana.Spaces["soc"]);
        Assert.Empty(Kibana.Spaces["default"]);
    }

    Task<AuditWatchCommand.Result> RunAsync(params string[] more) => AuditWatchCommand.RunAsync(["setup", "kibana", "--url", Kibana.Url, "--format", "ndjson", .. more]);

    static List<string> Changes(AuditWatchCommand.Result run, params string[] changes) =>
        [.. run.Lines.Select(l => JsonElement.Parse(l)).Where(r => changes.Contains(r.GetProperty("change").GetString())).Select(r => r.GetProperty("id").GetString()!)];
}
