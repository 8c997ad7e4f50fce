using System.Text.Json;
using AuditWatch.Storage.Elasticsearch;

namespace AuditWatch.Storage.Tests.Elasticsearch;

public sealed class SetupTests(SharedKit kit)
{
    [Fact]
    public async Task Setup_installs_what_the_server_can_take_names_the_rest_and_a_second_run_changes_nothing()
    {
        var server = await kit.ServerAsync();
        using var connection = server.Connect("setup");
        var first = await new ElasticsearchSetup(connection).RunAsync(dryRun: false, TestContext.Current.CancellationToken);
        string[] lacking = ["auditwatch-alert-text", "auditwatch-audit-text", "auditwatch-audit-wildcard", "auditwatch-constants", "auditwatch-final", "auditwatch-ingested"];
        Assert.Equal(lacking, first.Where(o => o.Change == AssetChange.LeftOut).Select(o => o.Name).Order(StringComparer.Ordinal));
        Assert.Contains("match_only_text", first.Single(o => o.Name == "auditwatch-audit-text").Why, StringComparison.Ordinal);
        Assert.Equal("it names auditwatch-final, which was left out", first.Single(o => o.Name == "auditwatch-ingested").Why);

        var second = await new ElasticsearchSetup(connection).RunAsync(dryRun: false, TestContext.Current.CancellationToken);
        Assert.All(second, o => Assert.Contains(o.Change, new[] { AssetChange.Unchanged, AssetChange.LeftOut }));
        Assert.Equal(first.Select(o => o.Name), second.Select(o => o.Name));

        var stream = (await server.GetAsync("/_data_stream/logs-kubernetes.audit_logs-setup")).GetProperty("data_streams")[0];
        Assert.Equal("auditwatch-kubernetes-audit", stream.GetProperty("template").GetString());
        Assert.Equal("auditwatch-audit", stream.GetProperty("ilm_policy").GetString());
        Assert.False(stream.GetProperty("failure_store").GetProperty("enabled").GetBoolean());
        var settings = (await server.GetAsync("/logs-kubernetes.audit_logs-setup/_settings?flat_settings=true")).EnumerateObject().First().Value.GetProperty("settings");
        Assert.Equal("logsdb", settings.GetProperty("index.mode").GetString());
        Assert.Equal("stored", settings.GetProperty("index.mapping.source.mode").GetString());
    }

    [Fact]
    public async Task A_dry_run_says_what_it_would_do_and_does_nothing_of_it()
    {
        var server = await kit.ServerAsync();
        using var connection = server.Connect("dry");
        var outcomes = await new ElasticsearchSetup(connection).RunAsync(dryRun: true, TestContext.Current.CancellationToken);
        Assert.Equal(AssetChange.Created, outcomes.Single(o => o.Name == "logs-kubernetes.audit_logs-dry").Change);
        using var answer = await server.Http.GetAsync(new Uri(server.Url + "/_data_stream/logs-kubernetes.audit_logs-dry"), TestContext.Current.CancellationToken);
        Assert.Equal(404, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_out_of_reach()
    {
        using var connection = new ElasticsearchConnection(new ElasticsearchPlace("http://127.0.0.1:9"));
        var fault = await Assert.ThrowsAsync<ElasticsearchFault>(() => new ElasticsearchSetup(connection).RunAsync(dryRun: false, TestContext.Current.CancellationToken));
        Assert.Equal(ElasticsearchFaultKind.OutOfReach, fault.Kind);
    }

    [Theory]
    [InlineData("prod", true)]
    [InlineData("a-b", false)]
    [InlineData("Prod", false)]
    [InlineData("", false)]
    [InlineData("a*", false)]
    public void A_namespace_must_be_able_to_end_a_data_streams_name(string name, bool can) => Assert.Equal(can, ElasticsearchPlace.IsNamespace(name));

    [Fact]
    public void The_API_key_that_is_proposed_is_valid_JSON_that_cannot_change_or_delete_a_document()
    {
        using var json = JsonDocument.Parse(ElasticsearchSetup.ApiKeyRequest("prod"));
        var rights = json.RootElement.GetProperty("role_descriptors").GetProperty("writer").GetProperty("indices")[0].GetProperty("privileges").EnumerateArray().Select(p => p.GetString());
        Assert.DoesNotContain(rights, r => r is "write" or "index" or "delete" or "all" or "manage");
    }
}
