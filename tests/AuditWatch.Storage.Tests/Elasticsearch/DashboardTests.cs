namespace AuditWatch.Storage.Tests.Elasticsearch;

public sealed class DashboardTests
{
    static readonly string Shipped = File.ReadAllText(DashboardFile.InRepository("dashboards/auditwatch.ndjson"));

    [Fact]
    public void The_dashboards_name_only_what_is_there() => Assert.Empty(DashboardFile.Check(Shipped));

    // The checker is no use if it does not see: each fault planted is found.
    [Theory]
    [InlineData("\\\"sourceField\\\":\\\"user.name\\\"", "\\\"sourceField\\\":\\\"user.nmae\\\"", "user.nmae, which is not mapped")]
    [InlineData("\\\"sourceField\\\":\\\"user.name\\\"", "\\\"sourceField\\\":\\\"message\\\"", "message, which is text")]
    [InlineData("auditwatch.outcome:", "auditwatch.outcom:", "auditwatch.outcom, which is not mapped")]
    [InlineData("\"id\":\"auditwatch-audit\",\"managed\"", "\"id\":\"other\",\"managed\"", "which is not in the file")]
    [InlineData("\\\"columnOrder\\\":[\\\"g\\\",\\\"c\\\"]", "\\\"columnOrder\\\":[\\\"g\\\"]", "orders other columns")]
    [InlineData("\\\"fieldName\\\":\\\"orchestrator.cluster.name\\\"", "\\\"fieldName\\\":\\\"cluster\\\"", "cluster, which is not mapped")]
    [InlineData("\"typeMigrationVersion\":\"8.9.0\"", "\"typeMigrationVersion\":\"10.3.0\"", "8.19 does not import")]
    [InlineData("\"columns\":[\"orchestrator.cluster.name\"", "\"columns\":[\"orchestrator.cluster\"", "orchestrator.cluster, which is not mapped")]
    [InlineData("\\\"columnId\\\":\\\"c\\\"},\\\"orderDirection", "\\\"columnId\\\":\\\"g\\\"},\\\"orderDirection", "by no number of its own")]
    public void A_planted_fault_is_found(string from, string to, string found)
    {
        Assert.Contains(from, Shipped, StringComparison.Ordinal);
        Assert.Contains(DashboardFile.Check(Shipped.Replace(from, to, StringComparison.Ordinal)), f => f.Contains(found, StringComparison.Ordinal));
    }
}
