using System.Text.Json;
using AuditWatch.Detection.Coverage;
using AuditWatch.Detection.Rules;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Tests.Coverage;

public sealed class AttackMatrix
{
    const string Head = "detection: {selection: {verb: get}, condition: selection}\n";

    [Fact]
    public void A_rule_stands_under_each_of_its_tactics_and_techniques_in_the_order_of_an_attack()
    {
        var coverage = Of("name: a\ntags: [attack.impact, attack.credential-access, attack.t1552.007, attack.t1528]\n" + Head);
        Assert.Equal([("credential-access", "T1528"), ("credential-access", "T1552.007"), ("impact", "T1528"), ("impact", "T1552.007")], coverage.Techniques.Select(t => (t.Tactic, t.Technique)));
        Assert.All(coverage.Techniques, t => Assert.Equal(["a"], t.Alerting));
    }

    [Fact]
    public void A_rule_that_only_makes_sightings_is_told_apart_from_those_that_alert()
    {
        var coverage = Of("name: a\ntags: [attack.impact, attack.t1485]\nauditwatch: {alert: false}\n" + Head);
        var cell = Assert.Single(coverage.Techniques);
        Assert.Empty(cell.Alerting);
        Assert.Equal(["a"], cell.Building);
    }

    [Fact]
    public void A_rule_without_a_technique_is_named() => Assert.Equal(["a"], Of("name: a\ntags: [attack.impact]\n" + Head).Untagged);

    [Fact]
    public void The_shipped_chains_count_and_every_shipped_rule_has_its_place()
    {
        var coverage = AttackCoverage.Of(Lab.Rules);
        Assert.NotEmpty(Lab.Rules.Chains.Rules);
        Assert.All(Lab.Rules.Chains.Rules, chain => Assert.True(coverage.Techniques.Any(t => t.Alerting.Contains(chain.Name)) || coverage.Untagged.Contains(chain.Name), chain.Name));
        Assert.Empty(coverage.Untagged.Intersect(Lab.Rules.Rules.Select(r => r.Name)));
        Assert.True(coverage.Techniques.Select(t => t.Tactic).Distinct().Count() >= 8);
    }

    [Fact]
    public void The_layer_scores_each_technique_by_the_rules_that_alert()
    {
        var coverage = Of("name: a\ntags: [attack.impact, attack.t1485]\n" + Head);
        using var layer = JsonDocument.Parse(NavigatorLayer.Write(coverage));
        Assert.Equal("enterprise-attack", layer.RootElement.GetProperty("domain").GetString());
        var technique = Assert.Single(layer.RootElement.GetProperty("techniques").EnumerateArray());
        Assert.Equal(("T1485", "impact", 1, "a"), (technique.GetProperty("techniqueID").GetString(), technique.GetProperty("tactic").GetString(), technique.GetProperty("score").GetInt32(), technique.GetProperty("comment").GetString()));
    }

    static AttackCoverage Of(string rule)
    {
        using var folder = new Lint.RuleFolder().Rule(rule);
        var problems = new List<Problem>();
        var rules = RuleSnapshot.Load(RuleSources.Only([folder.Dir]), problems);
        Assert.DoesNotContain(problems, p => p.Severity == ProblemSeverity.Error);
        return AttackCoverage.Of(rules);
    }
}
