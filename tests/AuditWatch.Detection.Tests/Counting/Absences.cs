using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Counting;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Tests.Counting;

/// <summary>What was seen and is not any more: <c>auditwatch: {absence: …}</c>.</summary>
public sealed class Absences
{
    const string Silent = "type: event_count\nrules: [asked]\ngroup-by: [user.username]\ntimespan: 60s\ncondition: {eq: 0}";

    [Fact]
    public void A_group_that_was_seen_and_is_silent_for_the_timespan_is_told_once()
    {
        var alert = Assert.Single(Run("{}", Counted.Ask(0), Counted.Ask(30, id: "last"), Tick(91), Tick(500)));
        Assert.Equal(("alice", 1), (alert.GroupBy!["user.username"], alert.Count));
        Assert.Equal(["last"], alert.AuditIds);
        Assert.Equal(Histories.Facts(Counted.Ask(30)).TimeMicros, alert.TimeMicros);
        Assert.EndsWith("and nothing of the kind followed for 1 min", alert.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_silent_before_event_time_has_passed()
    {
        Assert.Empty(Run("{}", Counted.Ask(0), Tick(59.9)));
        Assert.Empty(Run("{}", Counted.Ask(0)));
        Assert.Single(Run("{}", Counted.Ask(0), Tick(60)));
    }

    [Fact]
    public void What_comes_at_the_last_moment_ends_the_silence()
    {
        Assert.Empty(Run("{}", Counted.Ask(0), Counted.Ask(60), Tick(119)));
        Assert.Single(Run("{}", Counted.Ask(0), Counted.Ask(60.1), Tick(119)));
    }

    [Fact]
    public void Each_group_has_its_own_silence()
    {
        Assert.Equal(["bob"], Run("{}", Counted.Ask(0), Counted.Ask(1, "bob"), Counted.Ask(50), Tick(100)).Select(a => a.GroupBy!["user.username"]));
        Assert.Equal(2, Run("{}", Counted.Ask(0), Counted.Ask(1, "bob"), Tick(100)).Count);
    }

    [Fact]
    public void Seen_again_it_can_fall_silent_again() => Assert.Equal(2, Run("{}", Counted.Ask(0), Counted.Ask(100), Tick(200)).Count);

    [Fact]
    public void What_was_not_seen_often_enough_is_not_missed()
    {
        Assert.Empty(Run("{seen: 3}", Counted.Ask(0), Counted.Ask(30), Tick(200)));
        Assert.Single(Run("{seen: 3}", Counted.Ask(0), Counted.Ask(30), Counted.Ask(60), Tick(200)));
        Assert.Empty(Run("{seen: 3}", Counted.Ask(0), Counted.Ask(30), Counted.Ask(100), Counted.Ask(130), Tick(300)));
    }

    [Fact]
    public void Stages_of_one_request_are_seen_once_and_the_last_of_them_is_a_sign_of_life()
    {
        var watch = Counted.Ask(0, id: "watch");
        An[] stages = [watch with { Stage = "RequestReceived" }, watch with { Stage = "ResponseStarted", At = 1, ReceivedAt = 0 }, watch with { At = 50, ReceivedAt = 0 }];
        Assert.Empty(Run("{seen: 2}", [.. stages, Tick(200)]));
        Assert.Empty(Run("{}", [.. stages, Tick(109)]));
        var alert = Assert.Single(Run("{}", [.. stages, Tick(110)]));
        Assert.Equal((1, 3), (alert.Count, alert.Evidence.Count));
    }

    [Fact]
    public void A_missing_field_and_a_match_that_comes_after_its_silence_are_counted()
    {
        var late = new Lab(Counted.Rules(Silent, "auditwatch: {absence: {}}\n")).Run(Tick(0), Tick(500), Counted.Ask(1), Tick(600));
        Assert.Empty(late.Alerts);
        Assert.Equal(1, Figures(late).TooLate);
        var without = new Lab(Counted.Rules(Silent.Replace("user.username", "objectRef.subresource", StringComparison.Ordinal), "auditwatch: {absence: {}}\n")).Run(Counted.Ask(0), Tick(500));
        Assert.Equal((1L, 0), (Figures(without).WithoutField, Figures(without).Groups));
    }

    [Fact]
    public void Where_there_is_no_more_room_the_groups_not_seen_for_longest_go_and_are_counted()
    {
        using var folder = Counted.Folder(Silent, "auditwatch: {absence: {}}\n");
        var rule = Assert.Single(folder.Load().Correlations.All);
        var table = new AbsenceTable([rule], mostGroups: 10);
        for (var i = 0; i < 11; i++) table.Take(new Capture(rule, ["user-" + i], null, []), new(rule.Identity, Histories.Facts(Counted.Ask(i, "user-" + i)), [], [], []), long.MinValue, isLate: false);
        Assert.Equal((10, 1L), (Assert.Single(table.Figures).Groups, Assert.Single(table.Figures).GroupsEvicted));
        var silent = new List<string>();
        while (table.NextMicros < long.MaxValue) if (table.TakeNext() is { } group) silent.Add(group.Last.User!);
        Assert.Equal(Enumerable.Range(1, 10).Select(i => "user-" + i), silent);
    }

    [Fact]
    public void Nothing_is_counted_over_an_absence_nor_missed_of_a_count()
    {
        using var folder = Counted.Folder(Silent.Replace("[asked]", "[burst]", StringComparison.Ordinal), "auditwatch: {absence: {}}\n")
            .Add("burst.yml", "title: Burst\nname: burst\ncorrelation: {type: event_count, rules: [asked], group-by: [user.username], timespan: 10s, condition: {gte: 3}}\n")
            .Add("gone.yml", "title: Gone\nname: gone\ncorrelation: {type: event_count, rules: [asked], group-by: [user.username], timespan: 10s, condition: {eq: 0}}\nauditwatch: {absence: {}}\n")
            .Add("over.yml", "title: Over\nname: over\ncorrelation: {type: temporal, rules: [asked, gone], group-by: [user.username], timespan: 10s}\n");
        folder.Load();
        Assert.Equal(["correlated", "over"], folder.Problems.Where(p => p is { Code: "AW1511", Severity: ProblemSeverity.Error }).Select(p => p.Rule).Order(StringComparer.Ordinal));
    }

    static IReadOnlyList<Alert> Run(string extension, params An[] events) => new Lab(Counted.Rules(Silent, $"auditwatch: {{absence: {extension}}}\n")).Run(events).Alerts;

    static An Tick(double at) => new() { Id = "tick-" + at, Resource = "pods", Name = "web", At = at };

    static CountedFigures Figures(Lab lab) => Assert.Single(lab.Engine.Reasoning["lab"].Counted);
}
