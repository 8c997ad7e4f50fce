using AuditWatch.Testing;
using Xunit;

namespace AuditWatch.Tests.Elasticsearch.Dashboards;

/// <summary>What ships in dashboards/ is what the definitions make, and a Kibana would take it.</summary>
public sealed class DashboardFileTests
{
    static readonly string File = Path.Combine(Checkout.Root, "dashboards", "auditwatch.ndjson");
    static readonly string Made = SavedObjects.Write(ViewCatalog.Views, ViewCatalog.Searches, BoardCatalog.All);

    [Fact]
    public void The_shipped_file_is_what_the_definitions_make()
    {
        if (Environment.GetEnvironmentVariable("AUDITWATCH_UPDATE") == "1") System.IO.File.WriteAllText(File, Made);
        Assert.True(System.IO.File.ReadAllText(File) == Made, "dashboards/auditwatch.ndjson is stale: run this test once with AUDITWATCH_UPDATE=1, look at what changed, and commit it.");
    }

    [Fact]
    public void The_dashboards_name_only_what_is_there() => Assert.Empty(DashboardChecker.Check(Made));

    [Fact]
    public void Every_kind_of_question_has_its_dashboard() => Assert.Equal(12, BoardCatalog.All.Select(b => b.Title).Distinct().Count());

    // The checker is no use if it does not see: each fault planted is found.
    [Theory]
    [InlineData("\\\"sourceField\\\":\\\"user.name\\\"", "\\\"sourceField\\\":\\\"user.nmae\\\"", "user.nmae, which is not mapped")]
    [InlineData("\\\"sourceField\\\":\\\"user.name\\\"", "\\\"sourceField\\\":\\\"message\\\"", "message, which is text")]
    [InlineData("\\\"operationType\\\":\\\"date_histogram\\\",\\\"scale\\\":\\\"interval\\\",\\\"sourceField\\\":\\\"@timestamp\\\"", "\\\"operationType\\\":\\\"date_histogram\\\",\\\"scale\\\":\\\"interval\\\",\\\"sourceField\\\":\\\"user.name\\\"", "to be date, but it is keyword")]
    [InlineData("\\\"operationType\\\":\\\"percentile\\\"", "\\\"operationType\\\":\\\"median_of\\\"", "not among what dashboards may use")]
    [InlineData("\\\"operationType\\\":\\\"average\\\",\\\"params\\\":{},\\\"scale\\\":\\\"ratio\\\",\\\"sourceField\\\":\\\"event.duration\\\"", "\\\"operationType\\\":\\\"average\\\",\\\"params\\\":{},\\\"scale\\\":\\\"ratio\\\",\\\"sourceField\\\":\\\"user.name\\\"", "to be long, but it is keyword")]
    [InlineData("\\\"sourceField\\\":\\\"___records___\\\"", "\\\"sourceField\\\":\\\"user.name\\\"", "and not records")]
    [InlineData("auditwatch.outcome:", "auditwatch.outcom:", "auditwatch.outcom, which is not mapped")]
    [InlineData("auditwatch.write:true and ", "auditwatch.write:true nad ", "Not of the KQL")]
    [InlineData("\\\"query\\\":\\\"http.response.status_code:401\\\"", "\\\"query\\\":\\\"http.response.status_code:(401\\\"", "Not of the KQL")]
    [InlineData("hostNetwork:true", "hostNetwrk:true", "hostNetwrk, which is not mapped")]
    [InlineData("\"id\":\"auditwatch-audit\",\"managed\"", "\"id\":\"other\",\"managed\"", "which is not in the file")]
    [InlineData("\"id\":\"auditwatch-alerts\",\"managed\"", "\"id\":\"auditwatch-audit\",\"managed\"", "holds an object twice")]
    [InlineData("\\\"columnOrder\\\":[\\\"g0\\\",\\\"m0\\\"]", "\\\"columnOrder\\\":[\\\"g0\\\"]", "orders other columns")]
    [InlineData("\\\"primaryGroups\\\":[\\\"g0\\\"]", "\\\"primaryGroups\\\":[\\\"g7\\\"]", "draws the column g7")]
    [InlineData("\\\"splitAccessor\\\":\\\"g0\\\"", "\\\"splitAccesor\\\":\\\"g0\\\"", "does not draw its column g0")]
    [InlineData("{\\\"layerId\\\":\\\"layer1\\\",\\\"layerType\\\":\\\"data\\\",\\\"metricAccessor\\\"", "{\\\"layerId\\\":\\\"layer2\\\",\\\"layerType\\\":\\\"data\\\",\\\"metricAccessor\\\"", "draws a layer that it has not")]
    [InlineData("\\\"fieldName\\\":\\\"orchestrator.cluster.name\\\"", "\\\"fieldName\\\":\\\"cluster\\\"", "cluster, which is not mapped")]
    [InlineData("controlGroup_ctl-cluster:", "controlGroup_ctl-clustr:", "without a data view")]
    [InlineData("\\\"explicitInput\\\":{\\\"id\\\":\\\"ctl-user\\\"", "\\\"explicitInput\\\":{\\\"id\\\":\\\"ctl-usr\\\"", "whose input is another's")]
    [InlineData("\"typeMigrationVersion\":\"8.9.0\"", "\"typeMigrationVersion\":\"10.3.0\"", "8.19 does not import")]
    [InlineData("\"timeRestore\":true", "\"sections\":[],\"timeRestore\":true", "which 8.19 forbids")]
    [InlineData("\"optionsJSON\":\"{\\\"useMargins\\\":true,", "\"optionsJSON\":\"{\\\"useMargins\\\":true,,", "must have JSON in a string")]
    [InlineData("\"columns\":[\"orchestrator.cluster.name\"", "\"columns\":[\"orchestrator.cluster\"", "orchestrator.cluster, which is not mapped")]
    [InlineData("\\\"columnId\\\":\\\"m0\\\"},\\\"orderDirection", "\\\"columnId\\\":\\\"g0\\\"},\\\"orderDirection", "by no number of its own")]
    [InlineData("\"indexRefName\\\":\\\"kibana", "\"indexRefName\\\":\\\"kibna", "has no data view")]
    [InlineData("\\\"x\\\":36,\\\"y\\\":0", "\\\"x\\\":35,\\\"y\\\":0", "lies over")]
    [InlineData("\\\"x\\\":36,\\\"y\\\":0", "\\\"x\\\":37,\\\"y\\\":0", "not on the grid")]
    [InlineData(":drilldown:DASHBOARD_TO_DASHBOARD_DRILLDOWN:open:", ":drilldown:DASHBOARD_TO_DASHBOARD_DRILLDOWN:opn:", "leads to a dashboard that is not referred to")]
    [InlineData("\"name\":\"p-changes:panel_p-changes\"", "\"name\":\"p-changes:panel_p-change\"", "shows a saved search that is not referred to")]
    [InlineData(":indexpattern-datasource-layer-layer1\"", ":indexpattern-datasource-layer-layer9\"", "has a reference that its dashboard has not")]
    [InlineData("\"fieldFormatMap\":\"{\\\"kubernetes.audit.auditID\\\"", "\"fieldFormatMap\":\"{\\\"kubernetes.audit.auditId\\\"", "auditId, which is not mapped")]
    public void A_planted_fault_is_found(string from, string to, string found)
    {
        Assert.Contains(from, Made, StringComparison.Ordinal);
        Assert.Contains(DashboardChecker.Check(Made.Replace(from, to, StringComparison.Ordinal)), f => f.Contains(found, StringComparison.Ordinal));
    }
}
