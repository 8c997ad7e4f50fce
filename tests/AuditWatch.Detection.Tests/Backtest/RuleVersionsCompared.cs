using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Backtest;
using AuditWatch.Detection.Rules;

namespace AuditWatch.Detection.Tests.Backtest;

public sealed class RuleVersionsCompared
{
    const string Secrets = "{selection: {objectRef.resource: secrets, verb: get}, condition: selection}";
    const string ByAlice = "{selection: {objectRef.resource: secrets, verb: get, user.username: alice}, condition: selection}";

    static readonly An[] Reads =
    [
        new() { Id = "1", User = "alice", At = 1 }, new() { Id = "2", User = "bob", Namespace = "test", At = 2 }, new() { Id = "3", User = "bob", At = 3 }, new() { Id = "4", User = "bob", Verb = "list", At = 4 },
    ];

    [Fact]
    public void A_history_says_how_often_by_whom_and_where_and_spreads_its_samples()
    {
        var history = Assert.Single(RuleHistory.Of(Alerts(Secrets), samples: 2));
        Assert.Equal((3, 3L), (history.Alerts, history.Events));
        Assert.Equal([("bob", 2), ("alice", 1)], history.Actors);
        Assert.Equal([("prod", 2), ("test", 1)], history.Namespaces);
        Assert.Equal(2, history.Samples.Count);
    }

    [Fact]
    public void Nothing_changes_between_a_version_and_itself()
    {
        var diff = RuleDiff.Of(Alerts(Secrets), Alerts(Secrets));
        Assert.Equal((0, 0, 0, 3), (diff.Added.Count, diff.Removed.Count, diff.Releveled.Count, diff.Unchanged.Count));
        Assert.Empty(diff.ByRule());
    }

    [Fact]
    public void A_narrower_rule_removes_and_the_wider_one_adds_the_same_alerts()
    {
        var (wide, narrow) = (Alerts(Secrets), Alerts(ByAlice));
        var diff = RuleDiff.Of(wide, narrow);
        Assert.Equal((0, 2, 0, 1), (diff.Added.Count, diff.Removed.Count, diff.Releveled.Count, diff.Unchanged.Count));
        Assert.Equal(diff.Removed, RuleDiff.Of(narrow, wide).Added);
        Assert.Equal((0, 2, 0, 1), (diff.ByRule()[0].Added, diff.ByRule()[0].Removed, diff.ByRule()[0].Releveled, diff.ByRule()[0].Unchanged));
    }

    [Fact]
    public void Another_level_is_told_apart_from_another_alert()
    {
        var diff = RuleDiff.Of(Alerts(Secrets), Alerts(Secrets, "level: critical"));
        Assert.Equal((0, 0, 3), (diff.Added.Count, diff.Removed.Count, diff.Releveled.Count));
        Assert.All(diff.Releveled, a => Assert.Equal("critical", a.Level));
    }

    [Fact]
    public void The_report_counts_names_the_budget_and_lets_no_name_of_the_log_become_markup()
    {
        var hostile = new Lab(Rules(Secrets)).Run(new An { Id = "x", User = "<img src=x>|[a](b)\n# c" }).Alerts;
        var text = RuleDiffMarkdown.Write(RuleDiff.Of([], hostile), "a..b", 7, 0);
        Assert.Contains("7 events: **1 alerts added**, 0 removed", text, StringComparison.Ordinal);
        Assert.Contains("Noise budget: 1 of 0 added alerts: **exceeded**.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", text, StringComparison.Ordinal);
        Assert.DoesNotContain("|[a]", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\n# c", text, StringComparison.Ordinal);
    }

    static IReadOnlyList<Alert> Alerts(string detection, string more = "") => new Lab(Rules(detection, more)).Run(Reads).Alerts;

    static RuleSnapshot Rules(string detection, string more = "")
    {
        using var folder = new RuleFolder().AddRule("r.yml", "1", detection, more);
        return folder.Load();
    }
}
