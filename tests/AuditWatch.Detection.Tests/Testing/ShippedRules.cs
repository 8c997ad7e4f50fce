using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Testing;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Tests.Testing;

public sealed class ShippedRules
{
    [Fact]
    public void All_shipped_rules_load_and_every_case_beside_them_holds_in_every_combination()
    {
        var problems = new List<Problem>();
        var rules = RuleSnapshot.Load(RuleSources.Shipped, problems);
        var results = new RuleTestRun(rules).Run(RuleSources.ShippedDir, problems);
        Assert.Empty(problems.Where(p => p.Severity == ProblemSeverity.Error).Select(p => p.ToString()));
        Assert.True(rules.Documents.Count >= 12);
        var failed = results.Where(r => !r.Passed).Select(Line).ToList();
        Assert.True(failed.Count == 0, string.Join('\n', failed));
        Assert.True(results.Count > 12 * 5);
    }

    static string Line(RuleTestResult r) =>
        $"{Path.GetFileName(r.File)}:{r.Line} {r.Case} [{string.Join(",", r.Combination.Select(c => c.Value))}] expected {r.Expected}, got {r.Got} {string.Join(",", r.Reasons)} {r.Problem}";
}
