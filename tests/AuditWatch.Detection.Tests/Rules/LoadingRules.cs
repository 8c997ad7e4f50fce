using AuditWatch.Detection.Rules;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Tests.Rules;

public sealed class LoadingRules
{
    [Fact]
    public void Everything_under_the_folder_is_a_rule_but_tests_lists_filters_traces_and_what_is_generated()
    {
        using var folder = new RuleFolder().AddRule("a.yml", "1").AddRule("deep/er/b.yml", "2")
            .Add("a.tests.yml", "rule: x").Add("traces/t.yml", "x: {}").Add("generated/g.yml", "x: {}").Add("lists/l.yml", "{owner: me, reason: why, entries: [a]}");
        Assert.Equal(2, folder.Load().Documents.Count);
        Assert.Empty(folder.Problems);
    }

    [Fact]
    public void An_id_that_is_taken_is_named_with_both_places()
    {
        using var folder = new RuleFolder().AddRule("a.yml", "1").AddRule("b.yml", "1");
        Assert.Single(folder.Load().Documents);
        var problem = Assert.Single(folder.Problems);
        Assert.Equal("AW1506", problem.Code);
        Assert.EndsWith("b.yml", problem.File, StringComparison.Ordinal);
        Assert.Contains("a.yml:1", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_with_an_error_is_left_out_and_the_others_run()
    {
        using var folder = new RuleFolder().AddRule("a.yml", "1").AddRule("b.yml", "2", "{selection: {objectRef.resorce: secrets}, condition: selection}");
        Assert.Single(folder.Load().Rules);
        Assert.Contains(folder.Problems, p => p.Severity == ProblemSeverity.Error && p.File.EndsWith("b.yml", StringComparison.Ordinal));
    }

    [Fact]
    public void Rules_for_other_log_sources_are_passed_over_unless_asked_for()
    {
        using var folder = new RuleFolder().AddRule("a.yml", "1").Add("w.yml", "title: Windows\nlogsource: {product: windows}\ndetection: {selection: {verb: get}, condition: selection}\n");
        Assert.Single(folder.Load().Documents);
        Assert.Equal(2, RuleSnapshot.Load(RuleSources.Only([folder.Dir]) with { MatchLogSource = false }, folder.Problems).Documents.Count);
    }

    [Fact]
    public void All_that_ships_can_be_given_to_rules_match()
    {
        var problems = new List<Problem>();
        RuleSnapshot.Load(RuleSources.Only([RuleSources.ShippedDir]) with { MatchLogSource = false, Filters = false, Profiles = ["vanilla"] }, problems);
        Assert.DoesNotContain(problems, p => p.Severity == ProblemSeverity.Error);
    }

    [Fact]
    public void Named_lists_are_expanded_and_a_missing_one_is_an_error()
    {
        const string ByList = "{selection: {user.username|expand: '%people%'}, condition: selection}";
        using var folder = new RuleFolder().AddRule("a.yml", "1", ByList).Add("lists/people.yml", "{owner: me, reason: why, entries: [alice, carol]}");
        var rules = folder.Load();
        Assert.Empty(folder.Problems);
        Assert.Equal(2, new Lab(rules).Run(new An { Id = "1" }, new An { Id = "2", User = "bob" }, new An { Id = "3", User = "carol" }).Alerts.Count);
        using var without = new RuleFolder().AddRule("a.yml", "1", ByList);
        without.Load();
        Assert.Contains(without.Problems, p => p.Severity == ProblemSeverity.Error);
    }

    [Fact]
    public void A_profiles_filters_apply_to_its_clusters_and_common_ones_to_all()
    {
        using var folder = new RuleFolder().AddRule("a.yml", "1")
            .Add("filters/common/c.yml", Filter("bob")).Add("filters/aks/f.yml", Filter("alice"));
        var rules = folder.Load();
        Assert.Empty(folder.Problems);
        An[] history = [new An { Id = "1" }, new An { Id = "2", User = "bob" }, new An { Id = "3", User = "carol" }];
        Assert.Equal(["alice", "carol"], new Lab(rules).Run(history).Alerts.Select(a => a.Actor.User).Order());
        Assert.Equal(["carol"], new Lab(rules, new ClusterFacts { Profile = "aks" }).Run(history).Alerts.Select(a => a.Actor.User));
    }

    [Fact]
    public void A_rule_marked_so_makes_no_alert()
    {
        using var folder = new RuleFolder().AddRule("a.yml", "1", extra: "auditwatch: {alert: false}");
        var lab = new Lab(folder.Load()).Run(new An());
        Assert.Empty(lab.Alerts);
        Assert.Equal(1, Assert.Single(lab.Engine.Statistics.Read()).Matches);
    }

    public static string Filter(string user, string extra = "") =>
        $"title: Expected {user}\nlogsource: {{product: kubernetes, service: audit}}\nfilter:\n  rules: [00000000-0000-4000-8000-000000000001]\n  selection: {{user.username: {user}}}\n  condition: not selection\n{extra}\n";
}
