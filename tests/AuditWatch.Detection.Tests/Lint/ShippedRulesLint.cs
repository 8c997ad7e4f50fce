using AuditWatch.Detection.Lint;
using AuditWatch.Detection.Rules;

namespace AuditWatch.Detection.Tests.Lint;

public sealed class ShippedRulesLint
{
    [Fact]
    public void The_shipped_rules_have_no_findings_but_those_they_accept_with_a_reason()
    {
        var report = RuleLint.Check(RuleSources.Shipped);
        Assert.Empty(report.Findings.Select(f => f.ToString()));
        Assert.True(report.Rules > 150);
    }
}
