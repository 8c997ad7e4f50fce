using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Counting;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Tests.Counting;

/// <summary>Counts that are many times what is usual for their group: <c>auditwatch: {usual: …}</c>. Histories begin at noon, a whole minute.</summary>
public sealed class UsualTests
{
    const string Many = "type: event_count\nrules: [asked]\ngroup-by: [user.username]\ntimespan: 60s\ncondition: {gte: 5}";
    const string Extension = "auditwatch: {usual: {times: 3, history: 10m, learning: 4m}}\n";

    [Fact]
    public void Many_times_the_own_median_is_found_and_the_same_number_of_another_is_not()
    {
        An[] quiet = Minutes(5, 2), busy = Minutes(5, 6, "bob");
        var alert = Assert.Single(Run([.. quiet, .. busy, .. Counted.Asks(310, 8), .. Counted.Asks(310, 8, user: "bob")]).Alerts);
        Assert.Equal("alice", alert.GroupBy!["user.username"]);
        Assert.Equal(8, alert.Count);
        Assert.Equal(2, Run([.. quiet, .. busy, .. Counted.Asks(310, 18, 0.5), .. Counted.Asks(310, 18, 0.5, "bob")]).Alerts.Count);
    }

    [Fact]
    public void Less_than_so_many_times_is_not_found() => Assert.Empty(Run([.. Minutes(5, 2), .. Counted.Asks(310, 5)]).Alerts);

    [Fact]
    public void A_group_that_was_not_watched_for_long_enough_is_unknown_and_counted()
    {
        var lab = Run([.. Minutes(3, 2), .. Counted.Asks(190, 9)]);
        Assert.Empty(lab.Alerts);
        Assert.Equal(5, Figures(lab).NoBaseline);
    }

    [Fact]
    public void Minutes_without_a_match_are_part_of_what_is_usual() => Assert.Single(Run([Counted.Ask(0), .. Counted.Asks(120, 4), .. Counted.Asks(310, 5)]).Alerts);

    [Fact]
    public void One_unusual_minute_does_not_make_the_next_one_usual() => Assert.Equal(2, Run([.. Minutes(5, 2), .. Counted.Asks(310, 8), .. Minutes(2, 2, from: 6), .. Counted.Asks(500, 8)]).Alerts.Count);

    [Fact]
    public void After_a_history_without_a_match_a_group_is_learned_anew()
    {
        var lab = Run([.. Minutes(5, 2), .. Counted.Asks(1200, 9)]);
        Assert.Empty(lab.Alerts);
        Assert.True(Figures(lab).NoBaseline > 0);
    }

    [Fact]
    public void Where_there_is_no_more_room_groups_are_learned_anew_and_counted()
    {
        using var folder = Counted.Folder(Many, Extension);
        var rule = Assert.Single(folder.Load().Correlations.All);
        var table = new UsualTable(mostGroups: 10);
        for (var i = 0; i < 11; i++) table.See(new Capture(rule, ["user-" + i], null, []), "user-" + i, 6_000_000_000L + (i * 1_000_000), 6_000_000_000L + (i * 1_000_000));
        Assert.Equal(1, table.Evicted);
        Assert.Null(table.IsUnusual(rule, "user-0", 9, 6_300_000_000L));
        Assert.True(table.IsUnusual(rule, "user-10", 9, 6_300_000_000L));
    }

    [Fact]
    public void Nothing_usual_is_learned_of_correlations()
    {
        using var folder = Counted.Folder(Many.Replace("[asked]", "[burst]", StringComparison.Ordinal), Extension)
            .Add("burst.yml", "title: Burst\nname: burst\ncorrelation: {type: event_count, rules: [asked], group-by: [user.username], timespan: 10s, condition: {gte: 3}}\n");
        folder.Load();
        Assert.Contains(folder.Problems, p => p is { Rule: "correlated", Code: "AW1511", Severity: ProblemSeverity.Error });
    }

    static An[] Minutes(int count, int each, string user = "alice", int from = 0) => [.. Enumerable.Range(from, count).SelectMany(m => Counted.Asks((m * 60) + 2, each, 5, user))];

    static Lab Run(An[] events) => new Lab(Counted.Rules(Many, Extension)).Run([.. events.OrderBy(e => e.At).Select(e => e.Event)], 100);

    static CountedFigures Figures(Lab lab) => Assert.Single(lab.Engine.Reasoning["lab"].Counted);
}
