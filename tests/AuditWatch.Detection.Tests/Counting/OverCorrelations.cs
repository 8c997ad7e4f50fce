namespace AuditWatch.Detection.Tests.Counting;

/// <summary>Correlations over correlations.</summary>
public sealed class OverCorrelations
{
    const string Burst = "title: Burst\nname: burst\nauditwatch: {alert: false}\ncorrelation: {type: event_count, rules: [asked], group-by: [user.username, objectRef.namespace], timespan: 10s, condition: {gte: 3}}\n";

    [Fact]
    public void A_count_over_a_count_counts_how_often_it_began_to_hold()
    {
        const string Often = "type: event_count\nrules: [burst]\ngroup-by: [user.username]\ntimespan: 5m\ncondition: {gte: 2}";
        Assert.Empty(Run(Often, Counted.Asks(0, 9)));
        var alert = Assert.Single(Run(Often, [.. Counted.Asks(0, 3), .. Counted.Asks(100, 3)]));
        Assert.Equal(2, alert.Count);
        Assert.Equal("alice", Assert.Single(alert.GroupBy!).Value);
        Assert.Empty(Run(Often, [.. Counted.Asks(0, 3), .. Counted.Asks(100, 3, user: "bob")]));
    }

    [Fact]
    public void A_count_of_values_over_a_count_counts_its_groups()
    {
        const string Wide = "type: value_count\nrules: [burst]\ngroup-by: [user.username]\ntimespan: 5m\ncondition: {field: objectRef.namespace, gte: 2}";
        Assert.Empty(Run(Wide, [.. Counted.Asks(0, 3), .. Counted.Asks(100, 3)]));
        Assert.Single(Run(Wide, [.. Counted.Asks(0, 3), .. Counted.Asks(100, 3).Select(a => a with { Namespace = "other" })]));
    }

    [Fact]
    public void What_follows_on_a_count_is_found_by_a_temporal_one()
    {
        const string Then = "type: temporal_ordered\nrules: [burst, took]\ngroup-by: [user.username]\ntimespan: 60s";
        var took = Counted.Ask(20) with { Verb = "delete" };
        Assert.Single(Run(Then, [.. Counted.Asks(0, 3), took]));
        Assert.Empty(Run(Then, [.. Counted.Asks(0, 2), took]));
        Assert.Empty(Run(Then, [took with { At = 0 }, .. Counted.Asks(10, 2)]));
        Assert.Empty(Run(Then, [.. Counted.Asks(0, 3), took with { User = "bob" }]));
    }

    [Theory]
    [InlineData("type: event_count\nrules: [seen]\ngroup-by: [user.username]\ntimespan: 5m\ncondition: {gte: 2}", "AW1511", "judged after everything is counted")]
    [InlineData("type: event_count\nrules: [correlated]\ntimespan: 5m\ncondition: {gte: 2}", "AW1511", "made of itself")]
    [InlineData("type: event_count\nrules: [burst]\ngroup-by: [objectRef.name]\ntimespan: 5m\ncondition: {gte: 2}", "AW1203", "not grouped by 'objectRef.name'")]
    [InlineData("type: event_count\nrules: [broken]\ngroup-by: [user.username]\ntimespan: 5m\ncondition: {gte: 2}", "AW1511", "was refused")]
    public void What_nobody_could_judge_is_refused_with_its_place_and_reason(string correlation, string code, string why)
    {
        using var folder = Folder(correlation).Add("seen.yml", "title: Seen\nname: seen\ncorrelation: {type: temporal, rules: [asked, took], group-by: [user.username], timespan: 60s}\n")
            .Add("broken.yml", "title: Broken\nname: broken\ncorrelation: {type: value_count, rules: [asked], group-by: [user.username], timespan: 60s, condition: {field: objectRef.nmae, gte: 2}}\n");
        folder.Load();
        var problem = Assert.Single(folder.Problems, p => p.Rule == "correlated");
        Assert.Equal((code, "c.yml", 1), (problem.Code, Path.GetFileName(problem.File), problem.Line));
        Assert.Contains(why, problem.Message, StringComparison.Ordinal);
    }

    static IReadOnlyList<Detection.Alerts.Alert> Run(string correlation, An[] history)
    {
        using var folder = Folder(correlation);
        var rules = folder.Load();
        Assert.Empty(folder.Problems);
        return new Lab(rules).Run(history).Of("correlated");
    }

    static RuleFolder Folder(string correlation) => Counted.Folder(correlation).Add("burst.yml", Burst)
        .Add("took.yml", "title: Took\nname: took\nlogsource: {product: kubernetes, service: audit}\ndetection: {selection: {objectRef.resource: secrets, verb: delete}, condition: selection}\nauditwatch: {alert: false}\n");
}
