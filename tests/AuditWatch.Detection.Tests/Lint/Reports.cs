using System.Text.Json;
using AuditWatch.Detection.Lint;

namespace AuditWatch.Detection.Tests.Lint;

public sealed class Reports
{
    const string Pinned = "detection:\n  selection:\n    objectRef.resource: secrets\n    level: Request\n  condition: selection\n";

    [Fact]
    public void A_finding_names_code_place_rule_and_remedy()
    {
        using var folder = new RuleFolder().Rule(Pinned);
        var found = Assert.Single(folder.Lint().Findings, f => f.Code == "AW2010");
        Assert.Equal((Path.Combine(folder.Dir, "rule.yml"), 7, 5, "a-rule"), (found.File, found.Line, found.Column, found.Rule));
        Assert.Equal("The level is the audit policy's choice, not the attacker's: under another policy the rule is silent.", found.Message);
        Assert.Equal("Leave it out; where a body is missing the rule is unknown by itself.", found.Fix);
    }

    [Fact]
    public void A_warning_that_a_rule_accepts_with_a_reason_is_counted_and_not_shown()
    {
        using var folder = new RuleFolder().Rule("auditwatch: {lint: {AW2010: 'The policy is fixed here.'}}\n" + Pinned);
        var report = folder.Lint();
        Assert.DoesNotContain(report.Findings, f => f.Code == "AW2010");
        Assert.Equal(1, report.Accepted);
    }

    [Fact]
    public void An_error_cannot_be_accepted()
    {
        using var folder = new RuleFolder().Rule("auditwatch: {lint: {AW2001: 'We mean it.'}}\ndetection:\n  selection:\n    verb: replace\n  condition: selection\n");
        Assert.Contains(folder.Lint().Findings, f => f.Code == "AW2001");
    }

    [Fact]
    public void Sarif_has_a_result_for_each_finding_at_its_place()
    {
        using var folder = new RuleFolder().Rule(Pinned);
        var findings = folder.Lint().Findings;
        using var sarif = JsonDocument.Parse(SarifReport.Write(findings).ToArray());
        Assert.Equal("2.1.0", sarif.RootElement.GetProperty("version").GetString());
        var results = sarif.RootElement.GetProperty("runs")[0].GetProperty("results");
        Assert.Equal(findings.Count, results.GetArrayLength());
        var result = results.EnumerateArray().Single(r => r.GetProperty("ruleId").GetString() == "AW2010");
        Assert.Equal("warning", result.GetProperty("level").GetString());
        var place = result.GetProperty("locations")[0].GetProperty("physicalLocation");
        Assert.Equal(7, place.GetProperty("region").GetProperty("startLine").GetInt32());
        Assert.EndsWith("/rule.yml", place.GetProperty("artifactLocation").GetProperty("uri").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("attack.t1552.007", true)]
    [InlineData("attack.T1098", true)]
    [InlineData("attack.t1685", true)]
    [InlineData("attack.t1552.099", false)]
    [InlineData("attack.t1079", false)]
    [InlineData("attack.t155", false)]
    [InlineData("attack.defense_evasion", true)]
    [InlineData("attack.defense-impairment", true)]
    [InlineData("attack.stealth", true)]
    [InlineData("attack.g0139", true)]
    [InlineData("attack.hacking", false)]
    public void Tags_of_both_vocabularies_are_known(string tag, bool exists) =>
        Assert.Equal(exists, !RuleFolder.Codes($"tags: [{tag}]\ndetection:\n  selection:\n    verb: get\n  condition: selection\n").Any(c => c is "AW2030" or "AW2031"));
}
