using AuditWatch.Events.Health;
using AuditWatch.Ingest.Completeness;
using Xunit;

namespace AuditWatch.Ingest.Tests.Completeness;

public sealed class DriftTests
{
    [Fact]
    public void A_kind_of_request_that_comes_at_a_lower_level_than_ever_is_a_changed_policy_told_once()
    {
        var traffic = Known(t =>
        {
            t.Send("a", level: "RequestResponse");
            t.Send("a", kind: "list pods");
        });
        var before = traffic.Now;
        for (var i = 0; i < 20; i++) Step(traffic, t => t.Send("a"));
        var drift = Assert.Single(Minutes(traffic, 3, t => t.Send("a")));
        Assert.Equal((HealthFact.PolicyChanged, "less"), (drift.Kind, drift.Details["direction"]));
        Assert.Equal(["get secrets: RequestResponse → Metadata"], (IEnumerable<string>)drift.Details["changes"]);
        Assert.InRange(drift.SinceMicros, before, before + Traffic.Seconds(30));
        Assert.Empty(Minutes(traffic, 10, t => t.Send("a")));
        Assert.Equal(1, traffic["a"].PolicyChanges);
    }

    [Fact]
    public void A_new_policy_with_many_changes_is_one_fact_and_says_when_more_is_recorded_too()
    {
        string[] kinds = ["get secrets", "list pods", "create deployments", "patch nodes"];
        var traffic = Known(t => { foreach (var kind in kinds) t.Send("a", kind: kind, level: "Request"); });
        var drift = Assert.Single(Minutes(traffic, 3, t => { foreach (var kind in kinds) t.Send("a", kind: kind, level: kind[0] == 'g' ? "Metadata" : "RequestResponse"); }));
        Assert.Equal("both", drift.Details["direction"]);
        Assert.Equal(4, ((IEnumerable<string>)drift.Details["changes"]).Count());
    }

    [Fact]
    public void A_stage_that_comes_no_more_and_one_that_is_new_are_told()
    {
        var traffic = Known(t =>
        {
            t.Send("a", stage: "RequestReceived", events: 3);
            t.Send("a", events: 3);
        });
        var gone = Assert.Single(Minutes(traffic, 20, t => t.Send("a", events: 6)));
        Assert.Equal((HealthFact.PolicyChanged, "less"), (gone.Kind, gone.Details["direction"]));
        Assert.Equal(["stage RequestReceived: gone"], (IEnumerable<string>)gone.Details["changes"]);
        var back = Assert.Single(Minutes(traffic, 3, t => t.Send("a", stage: "RequestReceived")));
        Assert.Equal(["stage RequestReceived: back"], (IEnumerable<string>)back.Details["changes"]);
        var started = Assert.Single(Minutes(traffic, 3, t => t.Send("a", stage: "ResponseStarted")));
        Assert.Equal("more", started.Details["direction"]);
    }

    [Fact]
    public void What_is_seen_while_an_API_server_is_being_learnt_is_no_change_and_a_few_odd_events_are_none_either()
    {
        var traffic = new Traffic();
        Assert.Empty(Minutes(traffic, 30, t => t.Send("a", level: "RequestResponse")));
        Assert.Empty(Minutes(traffic, 25, t => t.Send("a")));
        Assert.Empty(Minutes(traffic, 25, t => t.Send("a", kind: "list pods")));
        for (var i = 0; i < 9; i++) Step(traffic, t => t.Send("a", kind: "list pods", level: "Request"));
        Assert.Empty(Minutes(traffic, 10, t => t.Send("a", kind: "list pods")));
    }

    [Fact]
    public void A_changed_policy_is_told_also_when_nothing_follows_and_over_a_restart()
    {
        var traffic = Known(t => t.Send("a", level: "RequestResponse"));
        for (var i = 0; i < 12; i++) Step(traffic, t => t.Send("a"));
        traffic.Restart(after: 5);
        Assert.Equal(HealthFact.PolicyChanged, Assert.Single(traffic.Run(90)).Kind);
    }

    [Fact]
    public void A_clock_that_is_ahead_is_told_once_it_has_been_for_ten_minutes_and_an_old_recording_never()
    {
        var traffic = new Traffic();
        Assert.Empty(Minutes(traffic, 9, t => t.Send("a", ahead: 95)));
        var ahead = Assert.Single(Minutes(traffic, 5, t => t.Send("a", ahead: 95)));
        Assert.Equal((HealthFact.ClockAhead, 95L), (ahead.Kind, ahead.Details["ahead_seconds"]));
        Assert.Equal(Traffic.Seconds(95), traffic["a"].Ahead);
        Assert.Empty(Minutes(traffic, 30, t => t.Send("b", ahead: -90_000)));
    }

    [Fact]
    public void Truncated_and_cut_events_stages_levels_and_repeats_are_counted_by_API_server()
    {
        var traffic = new Traffic();
        traffic.Send("a", events: 4, level: "Request", stage: "RequestReceived");
        traffic.Send("a", extra: ""","annotations":{"audit.k8s.io/truncated":"true"}""");
        traffic.Send("a", extra: ""","auditwatch.io/origin":{"cut":true,"time":1795568400000000}""");
        traffic.Ledger.AddRepeats("prod", "webhook", "a", 7);
        var a = traffic["a"];
        Assert.Equal((6L, 1L, 1L, 7L), (a.Events, a.Truncated, a.Cut, a.Repeats));
        Assert.Equal([("RequestReceived", 4L), ("ResponseComplete", 1L)], a.Stages.Select(s => (s.Key, s.Value)));
        Assert.Equal([("Metadata", 1L), ("Request", 4L)], a.Levels.Select(l => (l.Key, l.Value)));
        Assert.Equal(Traffic.Seconds(-1), a.Ahead);
    }

    // Known for two hours, a step every two seconds.
    static Traffic Known(Action<Traffic> send)
    {
        var traffic = new Traffic();
        Assert.Empty(Minutes(traffic, 120, send));
        return traffic;
    }

    static List<HealthFact> Minutes(Traffic traffic, int minutes, Action<Traffic> send)
    {
        List<HealthFact> facts = [];
        for (var i = 0; i < minutes * 30; i++)
        {
            Step(traffic, send);
            facts.AddRange(traffic.Ledger.TakeFacts());
        }

        return facts;
    }

    static void Step(Traffic traffic, Action<Traffic> send)
    {
        send(traffic);
        traffic.Pass(2);
        traffic.Ledger.Look(traffic.Now);
    }
}
