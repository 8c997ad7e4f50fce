using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Tests.Counting;

public sealed class CountedRulesAtWork
{
    const string Two = "type: event_count\nrules: [asked]\ngroup-by: [user.username]\ntimespan: 60s\ncondition: {gte: 2}";

    [Fact]
    public void Members_alert_alone_only_when_that_is_asked_for()
    {
        Assert.Equal(["correlated"], new Lab(Counted.Rules(Two)).Run(Counted.Asks(0, 2)).Alerts.Select(a => a.Rule.Name));
        Assert.Equal(3, new Lab(Counted.Rules(Two + "\ngenerate: true")).Run(Counted.Asks(0, 2)).Alerts.Count);
        using var said = Counted.Folder(Two, rule: Counted.Reads + "auditwatch: {alert: true}\n");
        Assert.Equal(3, new Lab(said.Load()).Run(Counted.Asks(0, 2)).Alerts.Count);
    }

    [Fact]
    public void A_correlation_marked_so_makes_no_alert() =>
        Assert.Empty(new Lab(Counted.Rules(Two, "auditwatch: {alert: false}\n")).Run(Counted.Asks(0, 5)).Alerts);

    [Fact]
    public void What_cannot_be_evaluated_is_refused_with_place_and_reason_and_the_rest_runs()
    {
        using var folder = Counted.Folder(Two)
            .Add("e.yml", "title: E\nname: e\ncorrelation: {type: event_count, rules: [nobody], group-by: [user.username], timespan: 1m, condition: {gte: 2}}\n")
            .Add("f.yml", "title: F\nname: f\ncorrelation: {type: event_count, rules: [asked], group-by: [user.nam], timespan: 1m, condition: {gte: 2}}\n");
        var rules = folder.Load();
        Assert.Equal([("AW1510", "e"), ("AW1203", "f")], folder.Problems.Select(p => (p.Code, p.Rule!)).OrderBy(p => p.Item2, StringComparer.Ordinal));
        Assert.All(folder.Problems, p => Assert.Equal((1, ProblemSeverity.Error), (p.Line, p.Severity)));
        Assert.Single(new Lab(rules).Run(Counted.Asks(0, 2)).Alerts);
    }

    [Fact]
    public void A_sites_exception_to_the_correlation_hides_it_on_the_trigger_it_covers()
    {
        using var folder = Counted.Folder(Two);
        using var exceptions = new RuleFolder().Add("x.yml", "title: Expected\nlogsource: {product: kubernetes, service: audit}\nfilter:\n  rules: [correlated]\n  selection: {user.username: alice}\n  condition: not selection\nauditwatch: {owner: me, reason: why}\n");
        var rules = folder.Load(Path.GetFileName(exceptions.Dir));
        Assert.Empty(folder.Problems);
        var lab = new Lab(rules).Run([.. Counted.Asks(0, 3), .. Counted.Asks(0, 2, user: "bob")]);
        Assert.Equal("bob", Assert.Single(lab.Alerts).Actor.User);
    }

    [Fact]
    public void Groups_are_bounded_and_what_was_forgotten_is_counted()
    {
        using var folder = Counted.Folder("type: event_count\nrules: [asked]\ngroup-by: [objectRef.name]\ntimespan: 1h\ncondition: {gte: 2}");
        var rule = Assert.Single(folder.Load().Correlations.All);
        var table = new Detection.Counting.CountedTable([rule], mostGroups: 10);
        for (var i = 0; i < 25; i++)
        {
            var e = Histories.Facts(Counted.Ask(i, name: "n" + i));
            Assert.Null(table.Take(new Detection.Counting.Capture(rule, ["n" + i], null, []), e, e.TimeMicros, isLate: false, () => i));
        }

        var figures = Assert.Single(table.Figures);
        Assert.True(figures.Groups <= 10);
        Assert.Equal(25, figures.Groups + figures.GroupsEvicted);
    }

    [Fact]
    public void A_late_match_counts_in_the_window_that_event_time_has_reached()
    {
        var rules = Counted.Rules("type: event_count\nrules: [asked]\ngroup-by: [user.username]\ntimespan: 60s\ncondition: {gte: 3}");
        var tick = new An { Id = "tick", Resource = "pods", Name = "p", At = 40 };
        Assert.Single(new Lab(rules).Run(Counted.Ask(5), Counted.Ask(6), tick, Counted.Ask(7)).Alerts);
        var lab = new Lab(rules).Run(Counted.Ask(5), Counted.Ask(6), tick with { At = 90 }, Counted.Ask(7));
        Assert.Empty(lab.Alerts);
        Assert.Equal(1, Assert.Single(lab.Engine.Reasoning["lab"].Counted).TooLate);
    }
}
