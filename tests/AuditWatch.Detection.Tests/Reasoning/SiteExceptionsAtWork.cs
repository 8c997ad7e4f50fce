using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Incidents;
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
    public void An_incident_goes_when_an_exception_takes_one_of_its_alerts_away_and_comes_back_with_it()
    {
        var cases = new Cases([]);
        cases.Take([Step("case-1", "r1", []), Step("case-1", "r2", ["x"]), Step("case-2", "r1", [])], []);
        Assert.Equal("case-1", Assert.Single(cases.Open).Key);
        cases.Add(new SiteException("x", "sre", "agreed", long.MaxValue));
        Assert.Empty(cases.Open);
        cases.Withdraw("x");
        Assert.Equal(2, Assert.Single(cases.Open).Value.Steps.Count);
    }

    [Fact]
    public void A_finding_that_is_covered_is_not_visible_and_leaves_nothing_behind()
    {
        var cases = new Cases([new SiteException("x", "sre", "agreed", long.MaxValue)]);
        Assert.Single(cases.Visible([Find("r1", []), Find("r2", ["x"])]));
        Assert.Single(cases.Visible([Find("r3", [])]));
        Assert.Equal(1, cases.Hidden);
    }

    static CaseStep Step(string caseId, string rule, string[] exceptions) => new()
    {
        CaseId = caseId, AlertId = caseId + rule, Sequence = 1, TimeMicros = 1, Rule = rule, Level = "high", Actor = "alice", Line = "", Request = new RequestKey(rule, 1), Reasons = [], Exceptions = exceptions,
    };

    static Finding Find(string rule, string[] exceptions)
    {
        var by = Rule with { Rule = Rule.Rule with { Id = rule } };
        return new Finding(by, "high", new Sighting(by, Histories.Facts(new An { Id = rule }), [], [], exceptions), null);
    }
}
