using AuditWatch.Testing;

namespace AuditWatch.Scenarios;

public sealed class MeasuredTests(ITestOutputHelper output)
{
    [Fact]
    public void The_page_of_what_is_found_is_what_the_rules_do()
    {
        var table = Measured.Table();
        output.WriteLine(table);
        var page = Path.Combine(Checkout.Root, "docs", "detections", "measured.md");
        if (Environment.GetEnvironmentVariable("AUDITWATCH_UPDATE") == "1") File.WriteAllText(page, table);
        Assert.True(File.Exists(page) && File.ReadAllText(page) == table, "docs/detections/measured.md is stale: run this test once with AUDITWATCH_UPDATE=1, look at what changed, and commit it.");
    }
}
