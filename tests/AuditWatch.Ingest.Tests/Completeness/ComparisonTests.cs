using AuditWatch.Events.Health;
using AuditWatch.Ingest.Completeness;
using Xunit;

namespace AuditWatch.Ingest.Tests.Completeness;

public sealed class ComparisonTests
{
    static readonly CompletenessOptions s_compared = new() { CountersEvery = TimeSpan.FromSeconds(30) };

    [Fact]
    public void What_the_API_server_counted_since_the_first_reading_is_what_we_have_to_the_event()
    {
        var traffic = new Traffic(s_compared);
        traffic.Send("a", 1000);
        traffic.Pass(5);
        Assert.Equal("waiting", Counted(traffic, 71_204).State);
        traffic.Pass(5);
        traffic.Send("a", 300, ahead: 0);
        traffic.Pass(5);
        var view = Counted(traffic, 71_504);
        Assert.Equal(("complete", 300L, 300L, 0L), (view.State, view.Says, view.Have, view.Edge));
        Assert.Empty(traffic.Ledger.TakeFacts());
    }

    [Fact]
    public void Events_that_are_on_their_way_are_behind_and_complete_once_they_came()
    {
        var traffic = new Traffic(s_compared);
        traffic.Send("a");
        traffic.Pass(5);
        Counted(traffic, 100);
        traffic.Pass(10);
        traffic.Pass(5);
        Assert.Equal("waiting", Counted(traffic, 120).State);
        traffic.Pass(61);
        traffic.Ledger.Look(traffic.Now);
        Assert.Equal(("behind", 20L, 0L), (traffic.Comparison.State, traffic.Comparison.Says, traffic.Comparison.Have));
        // Twenty events of then arrive now, and thirty of now, which the reading of then cannot have counted.
        traffic.Send("a", 20, ahead: -70);
        traffic.Send("a", 30, ahead: 0);
        traffic.Ledger.Look(traffic.Now);
        Assert.Equal(("complete", 20L, 20L), (traffic.Comparison.State, traffic.Comparison.Says, traffic.Comparison.Have));
        Assert.Empty(traffic.Ledger.TakeFacts());
    }

    [Fact]
    public void Later_events_do_not_stand_in_for_lost_ones_which_are_told_once()
    {
        var traffic = new Traffic(s_compared);
        traffic.Send("a");
        traffic.Pass(5);
        long said = 100;
        Counted(traffic, said);
        // Five of twenty are lost; a hundred a minute follow for ten minutes.
        traffic.Pass(10);
        traffic.Send("a", 15, ahead: 0);
        said += 20;
        var facts = new List<HealthFact>();
        for (var i = 0; i < 20; i++)
        {
            traffic.Pass(10);
            Counted(traffic, said);
            traffic.Pass(10);
            traffic.Send("a", 50, ahead: 0);
            said += 50;
            traffic.Pass(10);
            traffic.Ledger.Look(traffic.Now);
            facts.AddRange(traffic.Ledger.TakeFacts());
        }

        var missing = Assert.Single(facts);
        Assert.Equal((HealthFact.Missing, "prod", 5L), (missing.Kind, missing.Cluster, missing.Details["missing"]));
        Assert.Equal(("missing", 5L, 0L), (traffic.Comparison.State, traffic.Comparison.Missing, traffic.Comparison.Says - traffic.Comparison.Have));
    }

    [Fact]
    public void What_the_API_server_says_it_lost_is_told_and_not_missed_a_second_time()
    {
        var traffic = new Traffic(s_compared);
        traffic.Send("a");
        traffic.Pass(5);
        Counted(traffic, 100, webhookErrors: 7);
        Assert.Empty(traffic.Ledger.TakeFacts());
        traffic.Pass(10);
        traffic.Send("a", 10, ahead: 0);
        traffic.Pass(10);
        Counted(traffic, 510, webhookErrors: 407);
        var lost = Assert.Single(traffic.Ledger.TakeFacts());
        Assert.Equal((HealthFact.LostThere, 400L, "webhook"), (lost.Kind, lost.Details["lost"], lost.Details["plugin"]));
        Assert.Equal(("complete", 10L, 10L, 400L), (traffic.Comparison.State, traffic.Comparison.Says, traffic.Comparison.Have, traffic.Comparison.LostThere));
        traffic.Pass(400);
        traffic.Ledger.Look(traffic.Now);
        Assert.Empty(traffic.Ledger.TakeFacts());
    }

    [Fact]
    public void On_a_busy_cluster_the_events_at_the_moment_of_a_reading_are_the_edge()
    {
        var traffic = new Traffic(s_compared);
        traffic.Send("a", 3, ahead: 0);
        Counted(traffic, 102);
        for (var i = 0; i < 100; i++)
        {
            traffic.Pass(1);
            traffic.Send("a", 4, ahead: 0);
        }

        // Two of the four of this moment were counted before the page was written.
        var view = Counted(traffic, 102 + 1 + 396 + 2);
        Assert.Equal(("complete", 7L), (view.State, view.Edge));
        Assert.InRange(view.Have - view.Says, -7, 7);
    }

    [Fact]
    public void Our_own_readings_are_audited_too_and_do_not_blur_what_they_measure()
    {
        var traffic = new Traffic(s_compared);
        traffic.Send("a");
        traffic.Pass(5);
        long said = 100;
        for (var i = 0; i < 4; i++)
        {
            // Received, counted, answered, completed.
            traffic.Send("a", stage: "RequestReceived", ahead: -0.01, userAgent: "auditwatch-completeness/1");
            Counted(traffic, said += 1);
            traffic.Send("a", ahead: 0.01, userAgent: "auditwatch-completeness/1");
            said++;
            traffic.Pass(30);
        }

        traffic.Ledger.Look(traffic.Now);
        Assert.Equal(("complete", 6L, 6L, 0L), (traffic.Comparison.State, traffic.Comparison.Says, traffic.Comparison.Have, traffic.Comparison.Edge));
    }

    [Fact]
    public void An_API_server_that_was_restarted_is_compared_from_its_first_reading_on()
    {
        var traffic = new Traffic(s_compared);
        traffic.Send("a");
        traffic.Pass(5);
        Counted(traffic, 90_000, start: 1);
        traffic.Pass(5);
        traffic.Send("a", 40, ahead: 0);
        traffic.Pass(5);
        Assert.Equal("waiting", Counted(traffic, 25, start: 2).State);
        traffic.Pass(5);
        traffic.Send("a", 60, ahead: 0);
        traffic.Pass(5);
        var view = Counted(traffic, 85, start: 2);
        Assert.Equal(("complete", 60L, 60L), (view.State, view.Says, view.Have));
    }

    [Fact]
    public void Our_own_restart_goes_on_with_the_comparison_and_no_answer_is_said()
    {
        var traffic = new Traffic(s_compared);
        traffic.Send("a");
        traffic.Pass(5);
        Counted(traffic, 100);
        traffic.Pass(5);
        traffic.Send("a", 40, ahead: 0);
        traffic.Pass(5);
        Counted(traffic, 140);
        traffic.Pass(61);
        traffic.Restart(after: 20);
        Assert.Equal(("complete", 40L, 40L), (traffic.Comparison.State, traffic.Comparison.Says, traffic.Comparison.Have));
        traffic.Send("a", 10, ahead: -10);
        Assert.Equal(("complete", 50L, 50L), Counted(traffic, 150) is var view ? (view.State, view.Says, view.Have) : default);
        traffic.Ledger.CannotCompare("prod", "refused");
        Assert.Equal(("no-answer", "refused"), (traffic.Comparison.State, traffic.Comparison.Error));
    }

    [Fact]
    public void A_beginning_from_which_events_may_still_come_is_not_carried_over_a_restart()
    {
        var traffic = new Traffic(s_compared);
        traffic.Send("a");
        traffic.Pass(5);
        Counted(traffic, 120);
        traffic.Restart(after: 5);
        // Twenty of those counted then arrive only now; nothing is made of them.
        traffic.Send("a", 20, ahead: -8);
        Assert.Equal("waiting", Counted(traffic, 120).State);
        traffic.Pass(20);
        Assert.Equal(("complete", 0L, 0L), Counted(traffic, 120) is var view ? (view.State, view.Says, view.Have) : default);
    }

    [Fact]
    public void What_comes_late_to_a_beginning_that_was_saved_belongs_before_it()
    {
        var traffic = new Traffic(s_compared);
        traffic.Send("a");
        traffic.Pass(5);
        Counted(traffic, 120);
        traffic.Pass(61);
        traffic.Restart(after: 20);
        // The API server could not post these for a while; they were counted before the beginning.
        traffic.Send("a", 20, ahead: -100);
        traffic.Send("a", 10, ahead: -10);
        Assert.Equal(("complete", 10L, 10L), Counted(traffic, 130) is var view ? (view.State, view.Says, view.Have) : default);
    }

    static ComparisonView Counted(Traffic traffic, long events, long start = 1, long webhookErrors = 0)
    {
        traffic.Count(events, start, webhookErrors);
        traffic.Ledger.Look(traffic.Now);
        return traffic.Comparison;
    }
}
