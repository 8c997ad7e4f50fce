using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Tests.Counting;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Tests.Alerts;

public sealed class Suppression
{
    static readonly RuleSnapshot Rules = Load("by: [user.username], for: 1h");

    [Fact]
    public void One_alert_per_key_and_period_counts_what_else_is_found()
    {
        var lab = new Lab(Rules).Run(Counted.Ask(0), Counted.Ask(60), Counted.Ask(70, "bob"), Counted.Ask(3599), Counted.Ask(3600), Counted.Ask(3700));
        Assert.Equal([("alice", 3L), ("bob", 1L), ("alice", 2L)], lab.Alerts.Select(a => (a.Actor.User!, a.Count)));
        Assert.Equal([3, 1, 2], lab.Alerts.Select(a => a.Evidence.Count));
        Assert.Equal(3, lab.Engine.Reasoning["lab"].Suppressed);
    }

    [Fact]
    public void The_alert_is_that_of_the_first_request_whatever_joins()
    {
        var alone = Assert.Single(new Lab(Rules).Run(Counted.Ask(0)).Alerts);
        var joined = Assert.Single(new Lab(Rules).Run(Counted.Ask(0), Counted.Ask(5)).Alerts);
        Assert.Equal((alone.AlertId, alone.TimeMicros, alone.Sentence), (joined.AlertId, joined.TimeMicros, joined.Sentence));
        Assert.Equal(2, joined.AuditIds.Count);
    }

    [Fact]
    public void An_event_without_the_field_is_told_by_itself()
    {
        var rules = Load("by: [objectRef.namespace], for: 1h");
        Assert.Equal(2, new Lab(rules).Run(Counted.Ask(0) with { Namespace = null }, Counted.Ask(1) with { Namespace = null }).Alerts.Count);
    }

    [Fact]
    public void A_correlation_suppresses_by_its_group()
    {
        const string Burst = "type: event_count\nrules: [asked]\ngroup-by: [user.username, objectRef.namespace]\ntimespan: 10s\ncondition: {gte: 2}";
        An[] bursts = [.. new double[] { 0, 100, 200 }.SelectMany(at => Counted.Asks(at, 2)), .. Counted.Asks(300, 2).Select(a => a with { Namespace = "dev" })];
        Assert.Equal(4, new Lab(Counted.Rules(Burst)).Run(bursts).Alerts.Count);
        Assert.Equal([6L, 2L], new Lab(Counted.Rules(Burst, "auditwatch: {suppress: {for: 1h}}\n")).Run(bursts).Alerts.Select(a => a.Count));
        Assert.Equal(8, Assert.Single(new Lab(Counted.Rules(Burst, "auditwatch: {suppress: {by: user.username, for: 1h}}\n")).Run(bursts).Alerts).Count);
    }

    [Fact]
    public void What_a_sites_exception_hides_begins_no_period()
    {
        using var folder = new RuleFolder().Add("asked.yml", Counted.Reads + "auditwatch: {suppress: {by: [user.username], for: 1h}}\n");
        using var exceptions = new RuleFolder().Add("x.yml", "title: Expected\nlogsource: {product: kubernetes, service: audit}\nfilter:\n  rules: [asked]\n  selection: {objectRef.name: known}\n  condition: not selection\nauditwatch: {owner: me, reason: why}\n");
        var lab = new Lab(folder.Load(Path.GetFileName(exceptions.Dir))).Run(Counted.Ask(0, name: "known"), Counted.Ask(1, name: "other"), Counted.Ask(2, name: "known"));
        Assert.Empty(folder.Problems);
        var alert = Assert.Single(lab.Alerts);
        Assert.Equal(("other", 1L), (alert.Object!.Name, alert.Count));
    }

    [Fact]
    public void A_field_that_no_event_has_refuses_the_rule()
    {
        using var folder = new RuleFolder().Add("asked.yml", Counted.Reads + "auditwatch: {suppress: {by: [user.nam], for: 1h}}\n");
        Assert.Empty(folder.Load().Rules);
        Assert.Equal(("AW1203", ProblemSeverity.Error, 1), Assert.Single(folder.Problems.Select(p => (p.Code, p.Severity, p.Line))));
    }

    static RuleSnapshot Load(string suppress)
    {
        using var folder = new RuleFolder().Add("asked.yml", Counted.Reads + $"auditwatch: {{suppress: {{{suppress}}}}}\n");
        var rules = folder.Load();
        Assert.Empty(folder.Problems);
        return rules;
    }
}
