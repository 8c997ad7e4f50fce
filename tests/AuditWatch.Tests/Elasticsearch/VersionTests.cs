using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Elasticsearch;

/// <summary>Which servers <c>setup elasticsearch</c> takes, by what they say of themselves. Not run here: a 9.x server.</summary>
public sealed class VersionTests
{
    [Theory]
    [InlineData("""{"version":{"number":"7.17.28","build_flavor":"default"}}""", "needs 8.19")]
    [InlineData("""{"version":{"number":"8.18.3","build_flavor":"default"}}""", "needs 8.19")]
    [InlineData("""{"version":{"distribution":"opensearch","number":"2.19.3"}}""", "opensearch 2.19.3")]
    public async Task A_server_that_cannot_serve_is_told_before_anything_is_changed(string hello, string said)
    {
        await using var server = await RecordedElasticsearch.StartAsync(200, hello);
        var run = await AuditWatchCommand.RunAsync("setup", "elasticsearch", "--url", server.Url);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(said, run.Error, StringComparison.Ordinal);
        Assert.Equal("GET /", Assert.Single(server.Requests).Line);
    }

    [Theory]
    [InlineData("8.19.0")]
    [InlineData("9.0.0-rc1")]
    [InlineData("9.5.1")]
    [InlineData("10.0.0-SNAPSHOT")]
    public async Task A_server_of_8_19_or_newer_is_asked_and_sent_every_asset(string number)
    {
        await using var server = await RecordedElasticsearch.StartAsync(200, $$$"""{"version":{"number":"{{{number}}}","build_flavor":"default"},"tagline":"You Know, for Search"}""");
        var run = await AuditWatchCommand.RunAsync("setup", "elasticsearch", "--url", server.Url, "--format", "ndjson");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(server.Requests, r => r.Line == "PUT /_component_template/auditwatch-audit-mappings");
        Assert.All(server.Requests.Where(r => r.Line.StartsWith("PUT", StringComparison.Ordinal)), r => Assert.False(string.IsNullOrEmpty(r.Body) && r.Line.Contains("_template", StringComparison.Ordinal)));
    }
}
