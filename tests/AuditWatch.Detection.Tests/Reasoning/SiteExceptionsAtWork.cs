using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;
using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Tests.Rules;

namespace AuditWatch.Detection.Tests.Reasoning;

public sealed class SiteExceptionsAtWork
{
    static readonly RuleIdentity Rule = new(new AlertRule("r", "r", "R", "1", [], []), "high", true);

    [Fact]
    public void An_exception_hides_the_alert_and_not_the_sighting_until_it_expires()
    {
        using var folder = new RuleFolder().AddRule("a.yml", "1");
        using var site = new RuleFolder().Add("x.yml", LoadingRules.Filter("alice", "auditwatch: {owner: sre, reason: agreed, expires: '2026-11-25T12:00:10Z'}"));
        var rules = RuleSnapshot.Load(RuleSources.Only([folder.Dir]) with { ExceptionDirs = [site.Dir] }, folder.Problems);
        Assert.Empty(folder.Problems);
        var lab = new Lab(rules).Run(new An { Id = "1" }, new An { Id = "2", User = "carol", At = 1 }, new An { Id = "3", At = 20 });
        Assert.Equal(["2", "3"], lab.Alerts.Select(a => a.AuditIds[0]));
        Assert.Equal(3, Assert.Single(lab.Engine.Statistics.Read()).Matches);
        Assert.Equal(1, lab.Engine.Reasoning["lab"].Hidden);
    }

    [Fact]
    public void An_exception_without_owner_and_reason_is_refused()
    {
        using var folder = new RuleFolder().AddRule("a.yml", "1");
        using var site = new RuleFolder().Add("x.yml", LoadingRules.Filter("alice"));
        var rules = RuleSnapshot.Load(RuleSources.Only([folder.Dir]) with { ExceptionDirs = [site.Dir] }, folder.Problems);
        Assert.Equal("AW1521", Assert.Single(folder.Problems).Code);
        Assert.Single(new Lab(rules).Run(new An()).Alerts);
    }

    [Fact]
    public void Incidents_come_from_three_rules_about_one_actor_and_go_when_an_exception_takes_one_away()
    {
        var cases = new Cases([]);
        var findings = Enumerable.Range(1, 3).Select(i => Find("r" + i, "alice", i == 2 ? ["x"] : [])).Append(Find("r1", "bob", [])).ToList();
        Assert.Equal(4, cases.Visible(findings).Count);
        Assert.Equal("alice", Assert.Single(cases.Incidents).Actor);
        cases.Add(new SiteException("x", "sre", "agreed", long.MaxValue));
        Assert.Empty(cases.Incidents);
        cases.Withdraw("x");
        Assert.Single(cases.Incidents);
    }

    static Finding Find(string rule, string actor, string[] exceptions)
    {
        var by = Rule with { Rule = Rule.Rule with { Id = rule } };
        return new Finding(by, "high", new Sighting(by, Histories.Facts(new An { Id = rule, User = actor }), [], [], exceptions), null);
    }
}
