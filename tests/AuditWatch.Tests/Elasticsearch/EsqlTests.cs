using System.Text.Json;
using System.Text.Json.Nodes;
using AuditWatch.Tests.Running;
using Xunit;

namespace AuditWatch.Tests.Elasticsearch;

/// <summary><c>sql --esql</c> by its requests: the test server has no ES|QL.</summary>
public sealed class EsqlTests
{
    [Fact]
    public async Task Statement_and_parameters_reach_Elasticsearch_as_they_are_and_rows_come_back_by_column()
    {
        await using var server = await RecordedElasticsearch.StartAsync(200, """{"columns":[{"name":"user","type":"keyword"},{"name":"n","type":"long"},{"name":"n","type":"long"}],"values":[["a\"b",3,null],["c",[1,2],0]]}""");
        var run = await AuditWatchCommand.RunAsync("sql", "--esql", "FROM logs-* | WHERE user.name == ?who AND code > ?code | LIMIT 5", "--param", "who=x\" OR 1", "--param", "code=400", "--param", "text=\"400\"", "--url", server.Url, "--format", "ndjson");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["""{"user":"a\u0022b","n":3,"n_2":null}""", """{"user":"c","n":[1,2],"n_2":0}"""], run.Lines);
        var (line, body) = Assert.Single(server.Requests);
        Assert.Equal("POST /_query?format=json", line);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"query":"FROM logs-* | WHERE user.name == ?who AND code > ?code | LIMIT 5","params":[{"who":"x\" OR 1"},{"code":400},{"text":"400"}]}"""), JsonNode.Parse(body)), body);
    }

    [Theory]
    [InlineData(400, 2, "line 1:6: Unknown index")]
    [InlineData(403, 2, "does not let us ask")]
    [InlineData(503, 4, "did not answer")]
    public async Task A_refusal_is_told(int status, int exit, string said)
    {
        await using var server = await RecordedElasticsearch.StartAsync(status, JsonSerializer.Serialize(new { error = new { type = "verification_exception", reason = "line 1:6: Unknown index" } }));
        var run = await AuditWatchCommand.RunAsync("sql", "--esql", "FROM nowhere", "--url", server.Url);
        Assert.Equal(exit, run.ExitCode);
        Assert.Contains(said, run.Error, StringComparison.Ordinal);
    }
}
