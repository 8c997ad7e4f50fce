using AuditWatch.Detection.Rules;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Tests.Counting;

/// <summary>Sigma's temporal and temporal_ordered correlations: a, b and c are requests of those verbs; d holds where a does.</summary>
public sealed class TemporalTests
{
    const string All = "type: temporal\nrules: [a, b, c]\ngroup-by: [user.username]\ntimespan: 60s";
    const string Ordered = "type: temporal_ordered\nrules: [a, b, c]\ngroup-by: [user.username]\ntimespan: 60s";

    [Theory]
    [InlineData(All, "a0 b1 c2", true)]
    [InlineData(All, "c0 b1 a2", true)]
    [InlineData(All, "a0 b1", false)]
    [InlineData(All, "a0 a1 a2 b3", false)]
    [InlineData(All, "a0 b1 c59", true)]
    [InlineData(All, "a0 b1 c60", false)]
    [InlineData(All, "a0 b2 c61 a61.5", true)]
    [InlineData(Ordered, "a0 b1 c2", true)]
    [InlineData(Ordered, "c0 b1 a2", false)]
    [InlineData(Ordered, "b0 a1 c2 b3", false)]
    [InlineData(Ordered, "b0 a1 c2 b3 c4", true)]
    [InlineData(Ordered, "a0 b0 c0", true)]
    [InlineData(Ordered, "c0 b0 a0", true)]
    [InlineData(Ordered, "a0 b59 c60", false)]
    public void What_is_wanted_comes_together_within_the_timespan(string correlation, string requests, bool fires) => Assert.Equal(fires, Run(correlation, requests).Count > 0);

    [Theory]
    [InlineData("a and b and not c", "a0 b1", true)]
    [InlineData("a and b and not c", "c0 a1 b2", false)]
    [InlineData("a and b and not c", "c0 a61 b62", true)]
    [InlineData("a and (b or c)", "a0 c1", true)]
    [InlineData("a and (b or c)", "b0 c1", false)]
    [InlineData("2 of them", "a0 c1", true)]
    [InlineData("2 of them", "c0 c1", false)]
    public void A_condition_in_words_is_asked_of_what_came(string condition, string requests, bool fires) =>
        Assert.Equal(fires, Run($"type: temporal\nrules: [a, b, c]\ngroup-by: [user.username]\ntimespan: 60s\ncondition: {condition}", requests).Count > 0);

    [Fact]
    public void Only_what_is_of_one_group_comes_together()
    {
        Assert.Empty(Run(All, "a0 b1", "mallory:c2"));
        Assert.Equal("alice", Assert.Single(Run(All, "a0 b1 c2", "mallory:c3")).GroupBy!["user.username"]);
    }

    [Fact]
    public void Without_a_group_everything_comes_together() => Assert.Single(Run(All.Replace("group-by: [user.username]\n", "", StringComparison.Ordinal), "a0 b1", "mallory:c2"));

    [Fact]
    public void Aliases_join_what_one_rule_has_in_one_field_and_another_in_another()
    {
        const string Alias = "type: temporal_ordered\nrules: [a, b]\ngroup-by: [who]\ntimespan: 60s\naliases: {who: {a: objectRef.name, b: user.username}}";
        Assert.Empty(Run(Alias, "a0 b1"));
        Assert.Equal("alice", Assert.Single(new Lab(Rules(Alias)).Run([Asked("alice", 'a', 0) with { Name = "alice" }, Asked("alice", 'b', 1)]).Alerts).GroupBy!["who"]);
    }

    [Fact]
    public void One_request_is_one_step_in_order_and_may_be_two_where_order_does_not_matter()
    {
        Assert.Empty(Run("type: temporal_ordered\nrules: [a, d]\ngroup-by: [user.username]\ntimespan: 60s", "a0"));
        Assert.Single(Run("type: temporal_ordered\nrules: [a, d]\ngroup-by: [user.username]\ntimespan: 60s", "a0 a1"));
        Assert.Equal(1, Assert.Single(Run("type: temporal\nrules: [a, d]\ngroup-by: [user.username]\ntimespan: 60s", "a0")).Count);
    }

    [Fact]
    public void A_rule_may_be_wanted_twice_in_order()
    {
        const string Twice = "type: temporal_ordered\nrules: [a, b, a]\ngroup-by: [user.username]\ntimespan: 60s";
        Assert.Empty(Run(Twice, "a0 b1 b2"));
        Assert.Single(Run(Twice, "a0 b1 a2"));
    }

    [Fact]
    public void An_alert_is_made_of_what_met_the_condition_first_and_takes_in_what_comes_while_it_is_in_reach()
    {
        var alert = Assert.Single(Run(All, "a0 b1 c2 a3 b50"));
        Assert.Equal(5, alert.Count);
        Assert.Equal(Run(All, "a0 b1 c2")[0].AlertId, alert.AlertId);
        Assert.Equal(2, Run(All, "a0 b1 c2 a200 b201 c202").Count);
    }

    [Fact]
    public void A_rule_that_holds_without_end_does_not_push_out_what_is_waited_for()
    {
        var flood = Enumerable.Range(0, 3000).Select(i => Asked("alice", 'a', 1 + (i * 0.01)) with { Id = $"flood-{i}" });
        Assert.Single(new Lab(Rules(Ordered.Replace("a, b, c", "b, a, c", StringComparison.Ordinal))).Run([Asked("alice", 'b', 0), .. flood, Asked("alice", 'c', 40)]).Alerts);
    }

    [Fact]
    public void Rules_in_order_with_a_condition_in_words_are_refused()
    {
        using var folder = Folder(Ordered + "\ncondition: a and b");
        folder.Load();
        Assert.Contains(folder.Problems, p => p is { Code: "AW1507", Severity: ProblemSeverity.Error });
    }

    static IReadOnlyList<Detection.Alerts.Alert> Run(string correlation, params string[] requests) => new Lab(Rules(correlation)).Run([.. requests.SelectMany(Asked)]).Alerts;

    // "a0 b1" or "mallory:a0": the verb's letter and the second.
    static IEnumerable<An> Asked(string requests)
    {
        var user = requests.Contains(':', StringComparison.Ordinal) ? requests.Split(':')[0] : "alice";
        return requests.Split(':')[^1].Split(' ').Select(r => Asked(user, r[0], double.Parse(r[1..], System.Globalization.CultureInfo.InvariantCulture)));
    }

    internal static An Asked(string user, char verb, double at) => new() { Id = $"{user}-{verb}-{at}", User = user, Verb = VerbOf(verb), At = at };

    static string VerbOf(char letter) => letter switch { 'a' => "get", 'b' => "list", _ => "delete" };

    internal static RuleFolder Folder(string correlation)
    {
        var folder = new RuleFolder().Add("correlated.yml", $"title: Correlated\nname: correlated\nid: 00000000-0000-4000-8000-0000000000c1\nlevel: high\ncorrelation:\n  {correlation.Replace("\n", "\n  ", StringComparison.Ordinal)}\n");
        foreach (var (name, letter) in new[] { ("a", 'a'), ("b", 'b'), ("c", 'c'), ("d", 'a') })
            folder.Add(name + ".yml", $"title: Of {name}\nname: {name}\nlogsource: {{product: kubernetes, service: audit}}\ndetection: {{selection: {{objectRef.resource: secrets, verb: {VerbOf(letter)}}}, condition: selection}}\nauditwatch: {{alert: false}}\n");
        return folder;
    }

    internal static RuleSnapshot Rules(string correlation)
    {
        using var folder = Folder(correlation);
        var rules = folder.Load();
        Assert.Empty(folder.Problems);
        return rules;
    }
}
