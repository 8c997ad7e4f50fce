namespace AuditWatch.Detection.Tests.Counting;

public sealed class EventCounts
{
    const string FivePerUser = "type: event_count\nrules: [asked]\ngroup-by: [user.username]\ntimespan: 60s\ncondition: {gte: 5}";

    [Fact]
    public void Fires_when_the_group_reaches_its_number_and_says_group_window_and_requests()
    {
        var lab = new Lab(Counted.Rules(FivePerUser)).Run([.. Counted.Asks(0, 5), .. Counted.Asks(0.5, 4, user: "bob")]);
        var alert = Assert.Single(lab.Alerts);
        Assert.Equal(("correlated", "high", 5L), (alert.Rule.Name, alert.Level, alert.Count));
        Assert.Equal("alice", alert.GroupBy!["user.username"]);
        Assert.Equal(["ask-alice-0", "ask-alice-1", "ask-alice-2", "ask-alice-3", "ask-alice-4"], alert.AuditIds);
        Assert.Equal(5, alert.Evidence.Count);
        Assert.Equal(4_000_000, alert.Window!.Value.ToMicros - alert.Window.Value.FromMicros);
        Assert.Equal(alert.Window.Value.ToMicros, alert.TimeMicros);
    }

    [Fact]
    public void The_window_slides_and_leaves_out_what_is_a_timespan_old()
    {
        var rules = Counted.Rules(FivePerUser);
        Assert.Empty(new Lab(rules).Run(Counted.Asks(0, 5, every: 15)).Alerts);
        Assert.Single(new Lab(rules).Run(Counted.Asks(0, 5, every: 14.9)).Alerts);
    }

    [Fact]
    public void A_request_counts_once_whatever_its_stages_and_all_of_them_are_evidence()
    {
        var stages = Counted.Asks(0, 3).SelectMany(a => new[] { a with { Stage = "RequestReceived" }, a with { At = a.At + 0.2, ReceivedAt = a.At } });
        Assert.Empty(new Lab(Counted.Rules(FivePerUser)).Run([.. stages]).Alerts);
        var more = Counted.Asks(0, 5).SelectMany(a => new[] { a with { Stage = "RequestReceived" }, a with { At = a.At + 0.2, ReceivedAt = a.At } });
        var alert = Assert.Single(new Lab(Counted.Rules(FivePerUser)).Run([.. more]).Alerts);
        Assert.Equal((5L, 10), (alert.Count, alert.Evidence.Count));
    }

    [Fact]
    public void The_end_of_a_long_request_does_not_count_again_when_its_window_has_gone()
    {
        var begun = Counted.Asks(0, 4).Select(a => a with { Verb = "watch", Stage = "ResponseStarted" }).ToArray();
        var ended = begun.Select(a => a with { Stage = "ResponseComplete", At = a.At + 300, ReceivedAt = a.At });
        Assert.Empty(new Lab(Counted.Rules(FivePerUser)).Run([.. begun, .. ended, Counted.Ask(305)]).Alerts);
    }

    [Fact]
    public void Later_matches_join_the_alert_until_none_of_its_requests_is_in_reach()
    {
        var rules = Counted.Rules(FivePerUser);
        var first = Assert.Single(new Lab(rules).Run(Counted.Asks(0, 5)).Alerts);
        var joined = Assert.Single(new Lab(rules).Run(Counted.Asks(0, 50)).Alerts);
        Assert.Equal((first.AlertId, 50L), (joined.AlertId, joined.Count));
        var two = new Lab(rules).Run([.. Counted.Asks(0, 5), .. Counted.Asks(100, 6)]).Alerts;
        Assert.Equal([5L, 6L], two.Select(a => a.Count));
        Assert.Equal(first.AlertId, two[0].AlertId);
    }

    [Fact]
    public void Many_requests_are_counted_and_the_first_and_the_newest_listed()
    {
        var alert = Assert.Single(new Lab(Counted.Rules(FivePerUser)).Run(Counted.Asks(0, 1500, every: 0.1)).Alerts);
        Assert.Equal((1500L, true, 1005), (alert.Count, alert.AuditIdsTruncated, alert.AuditIds.Count));
        Assert.Contains("ask-alice-0", alert.AuditIds);
        Assert.Contains("ask-alice-149.9", alert.AuditIds);
    }

    [Fact]
    public void What_lacks_the_group_is_not_counted_and_that_is_said()
    {
        var rules = Counted.Rules("type: event_count\nrules: [asked]\ngroup-by: [objectRef.subresource]\ntimespan: 60s\ncondition: {gte: 2}");
        var lab = new Lab(rules).Run(Counted.Asks(0, 5));
        Assert.Empty(lab.Alerts);
        Assert.Equal(5, Assert.Single(lab.Engine.Reasoning["lab"].Counted).WithoutField);
    }

    [Fact]
    public void All_bounds_must_hold()
    {
        var rules = Counted.Rules("type: event_count\nrules: [asked]\ngroup-by: [user.username]\ntimespan: 10s\ncondition: {gt: 1, lte: 3, neq: 2}");
        Assert.Empty(new Lab(rules).Run(Counted.Asks(0, 2)).Alerts);
        Assert.Equal(3, Assert.Single(new Lab(rules).Run(Counted.Asks(0, 4)).Alerts).Count);
    }

    [Fact]
    public void An_alias_groups_by_another_field_of_each_rule()
    {
        using var folder = Counted.Folder("type: event_count\nrules: [asked, made]\ngroup-by: [who]\naliases: {who: {asked: user.username, made: objectRef.name}}\ntimespan: 60s\ncondition: {gte: 2}")
            .Add("made.yml", "title: Made\nname: made\nlogsource: {product: kubernetes}\ndetection: {selection: {objectRef.resource: serviceaccounts}, condition: selection}\n");
        var rules = folder.Load();
        Assert.Empty(folder.Problems);
        var alert = Assert.Single(new Lab(rules).Run(Counted.Ask(0), new An { Id = "x", User = "bob", Resource = "serviceaccounts", Name = "alice", At = 1 }).Alerts);
        Assert.Equal("alice", alert.GroupBy!["who"]);
    }
}
