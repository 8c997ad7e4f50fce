using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Counting;

namespace AuditWatch.Detection.Tests.Counting;

public sealed class FirstSeenTests
{
    const string NewReader = "type: event_count\nrules: [asked]\ngroup-by: [user.username]\ntimespan: 10h\ncondition: {eq: 1}";
    const double Hour = 3600;

    static Lab Run(string extension, params An[] events) => new Lab(Counted.Rules(NewReader, $"auditwatch: {{first_seen: {{{extension}}}}}\n")).Run(events);

    static An Tick(double at) => new() { Id = "tick-" + at, Resource = "pods", Name = "web", At = at };

    static FirstSeenFigures Figures(Lab lab) => Assert.Single(lab.Engine.Reasoning["lab"].FirstSeen);

    [Fact]
    public void A_value_that_was_not_there_while_learning_is_new_once()
    {
        var lab = Run("learning: 1h", Tick(0), Counted.Ask(60), Counted.Ask(2 * Hour), Counted.Ask((2 * Hour) + 5, "mallory"), Counted.Ask((2 * Hour) + 9, "mallory"));
        var alert = Assert.Single(lab.Alerts);
        Assert.Equal(("mallory", 1), (alert.Actor.User, alert.Count));
        Assert.Equal("mallory", alert.GroupBy!["user.username"]);
        Assert.Equal((1L, 2), (Figures(lab).NoBaseline, Figures(lab).Values));
    }

    [Fact]
    public void What_may_have_been_there_before_is_unknown_and_counted_not_new()
    {
        var lab = Run("learning: 1h", Tick(0), Counted.Ask(1, "a"), Counted.Ask(2, "b"), Counted.Ask(Hour - 1, "c"));
        Assert.Empty(lab.Alerts);
        Assert.Equal(3, Figures(lab).NoBaseline);
    }

    [Fact]
    public void Learning_begins_with_the_first_event_of_any_kind() =>
        Assert.Single(Run("learning: 1h", Tick(0), Counted.Ask(Hour + 1)).Alerts);

    [Fact]
    public void Learning_by_number_too()
    {
        An[] known = [Tick(0), .. Enumerable.Range(1, 4).Select(i => Counted.Ask(i * 60))];
        Assert.Empty(Run("learning: 1m, events: 5", [.. known, Counted.Ask(Hour, "new")]).Alerts);
        Assert.Equal("new", Assert.Single(Run("learning: 1m, events: 4", [.. known, Counted.Ask(Hour, "new")]).Alerts).Actor.User);
    }

    [Fact]
    public void A_value_that_stayed_away_for_the_whole_timespan_is_new_again()
    {
        var lab = Run("learning: 1h", Tick(0), Counted.Ask(60), Counted.Ask(60 + (10 * Hour) - 1), Counted.Ask(60 + (20 * Hour) - 1), Counted.Ask(60 + (20 * Hour)));
        Assert.Single(lab.Alerts);
    }

    [Fact]
    public void Every_stage_of_the_request_that_is_new_is_its_evidence()
    {
        var first = Counted.Ask(2 * Hour, id: "one");
        var alert = Assert.Single(Run("learning: 1h", Tick(0), first with { Stage = "RequestReceived" }, first with { At = first.At + 30, ReceivedAt = first.At }).Alerts);
        Assert.Equal((1, 2), (alert.Count, alert.Evidence.Count));
        Assert.Equal("success", alert.Outcome);
    }

    [Fact]
    public void Learning_per_scope_calls_nothing_new_of_a_scope_that_is_itself_new()
    {
        var rules = Counted.Rules("type: event_count\nrules: [asked]\ngroup-by: [user.username, objectRef.name]\ntimespan: 10h\ncondition: {eq: 1}", "auditwatch: {first_seen: {learning: 1h, per: [user.username]}}\n");
        var lab = new Lab(rules).Run(Counted.Ask(0, "a", "x"), Counted.Ask(2 * Hour, "b", "x"), Counted.Ask((2 * Hour) + 1, "b", "y"), Counted.Ask((2 * Hour) + 2, "a", "y"), Counted.Ask((3 * Hour) + 5, "b", "z"));
        Assert.Equal(["a", "b"], lab.Alerts.Select(a => a.Actor.User!));
        Assert.Equal(["y", "z"], lab.Alerts.Select(a => a.Object!.Name!));
    }

    [Fact]
    public void After_values_had_to_be_forgotten_nothing_is_called_new_that_may_be_one_of_them()
    {
        using var folder = Counted.Folder(NewReader, "auditwatch: {first_seen: {learning: 1s}}\n");
        var rule = Assert.Single(folder.Load().Correlations.All);
        var table = new FirstSeenTable([rule], mostValues: 10);
        table.Pass(Histories.Facts(Counted.Ask(0)).TimeMicros);
        GroupEvidence? Take(double at, string user) => Histories.Facts(Counted.Ask(at, user)) is var e ? table.Take(new Capture(rule, [user], null, []), e, e.TimeMicros) : null;
        for (var i = 0; i < 10; i++) Assert.NotNull(Take(10 + i, "user-" + i));
        Assert.Null(Take(30, "user-10"));
        Assert.Null(Take(31, "user-0"));
        Assert.NotNull(Take((10 * Hour) + 31, "user-0"));
        var figures = Assert.Single(table.Figures);
        Assert.True(figures is { Values: <= 10, Forgotten: 2, ValuesEvicted: >= 1 }, figures.ToString());
    }

    [Fact]
    public void Long_values_are_told_apart_and_take_little_room()
    {
        var one = FirstSeenTable.KeyOf([new string('x', 200) + "1"]);
        Assert.True(one.Length < 50 && one != FirstSeenTable.KeyOf([new string('x', 200) + "2"]));
        Assert.NotEqual(FirstSeenTable.KeyOf(["a", "b"]), FirstSeenTable.KeyOf(["ab", ""]));
    }

    [Fact]
    public void A_missing_field_is_counted()
    {
        var rules = Counted.Rules(NewReader.Replace("user.username", "objectRef.subresource", StringComparison.Ordinal), "auditwatch: {first_seen: {learning: 1h}}\n");
        var lab = new Lab(rules).Run(Tick(0), Counted.Ask(2 * Hour));
        Assert.Empty(lab.Alerts);
        Assert.Equal(1, Figures(lab).WithoutField);
    }
}
