using AuditWatch.Events.Health;
using AuditWatch.Ingest.Completeness;
using Xunit;

namespace AuditWatch.Ingest.Tests.Completeness;

public sealed class SilenceTests
{
    [Fact]
    public void An_API_server_that_falls_silent_is_told_once_and_again_when_it_speaks()
    {
        var traffic = new Traffic();
        Assert.Empty(traffic.Run(3700, "a", "b"));
        var last = traffic["a"].LastReceived;
        var silent = Assert.Single(traffic.Run(900, "b"));
        Assert.Equal((HealthFact.Silent, "prod", "webhook", "a", last), (silent.Kind, silent.Cluster, silent.Source, silent.ApiServer, silent.SinceMicros));
        Assert.Equal(false, silent.Details["cluster_silent"]);
        Assert.Equal(1, silent.Details["others_speaking"]);
        Assert.Equal("silent", traffic["a"].State);
        Assert.Equal("speaks", traffic["b"].State);
        // Dated on the cluster's own axis: when an event written at that moment would be.
        Assert.InRange(silent.TimeMicros - last, Traffic.Seconds(295), Traffic.Seconds(305));

        var speaks = Assert.Single(traffic.Run(60, "a", "b"));
        Assert.Equal((HealthFact.Speaks, silent.Id, last), (speaks.Kind, speaks.Ends, speaks.EndsSinceMicros));
        Assert.Equal(("speaks", 1L, 0L), (traffic["a"].State, traffic["a"].Silences, traffic["a"].SilentSince));
        Assert.InRange(traffic["a"].LongestSilence, Traffic.Seconds(900), Traffic.Seconds(915));
    }

    [Fact]
    public void A_whole_cluster_that_falls_silent_is_told_of_each_API_server_and_says_that_nobody_speaks()
    {
        var traffic = new Traffic();
        traffic.Run(3700, "a", "b", "c");
        var facts = traffic.Run(400);
        Assert.Equal(["a", "b", "c"], facts.Select(f => f.ApiServer).Order(StringComparer.Ordinal));
        Assert.All(facts, f => Assert.Equal(true, f.Details["cluster_silent"]));
    }

    [Fact]
    public void How_long_it_may_be_silent_is_four_times_its_longest_pause_of_this_day_and_the_last()
    {
        var traffic = new Traffic();
        for (var i = 0; i < 30; i++)
        {
            traffic.Send("quiet");
            traffic.Pass(i == 10 ? 600 : 200);
        }

        Assert.Equal(4 * Traffic.Seconds(600), traffic["quiet"].Patience);
        Assert.Empty(traffic.Run(2100));
        Assert.Single(traffic.Run(300));
    }

    [Fact]
    public void Nothing_is_said_of_an_API_server_that_is_not_known_yet_or_that_nobody_wants_to_hear_of()
    {
        var traffic = new Traffic();
        Assert.Empty(traffic.Run(1800, "a"));
        Assert.Empty(traffic.Run(90_000));
        Assert.Equal("new", traffic["a"].State);

        var unwanted = new Traffic(new CompletenessOptions { TellsSilence = false });
        unwanted.Run(3700, "a");
        Assert.Empty(unwanted.Run(90_000));
    }

    [Fact]
    public void A_silence_that_is_set_holds_from_the_first_event_on()
    {
        var traffic = new Traffic(new CompletenessOptions { Silence = TimeSpan.FromSeconds(30) });
        traffic.Run(10, "a");
        Assert.Empty(traffic.Run(19));
        Assert.Single(traffic.Run(20));
    }

    [Fact]
    public void While_we_do_not_listen_nobody_is_silent()
    {
        var traffic = new Traffic();
        traffic.Run(3700, "a");
        // We were down for two hours; a speaks again within its time.
        traffic.Restart(after: 7200);
        Assert.Empty(traffic.Run(250));
        Assert.Empty(traffic.Run(60, "a"));
        Assert.Equal(0, traffic["a"].Silences);
        Assert.InRange(traffic["a"].UsualPause, Traffic.Seconds(9), Traffic.Seconds(11));
        // A source that is not read is ours to explain, for as long as it is not.
        for (var i = 0; i < 600; i++)
        {
            traffic.Ledger.Deaf("webhook", traffic.Now);
            Assert.Empty(traffic.Run(1));
        }

        Assert.Single(traffic.Run(400));
    }

    [Fact]
    public void A_silence_that_was_told_is_remembered_over_a_restart_and_not_told_twice()
    {
        var traffic = new Traffic();
        traffic.Run(3700, "a");
        var silent = Assert.Single(traffic.Run(400));
        traffic.Restart(after: 60);
        Assert.Empty(traffic.Run(2000));
        Assert.Equal(silent.Id, Assert.Single(traffic.Run(1, "a")).Ends);
    }

    [Fact]
    public void A_pod_that_was_replaced_names_its_successor()
    {
        var traffic = new Traffic();
        traffic.Run(3700, "kube-apiserver-1", "kube-apiserver-2");
        var silent = Assert.Single(traffic.Run(400, "kube-apiserver-2", "kube-apiserver-3"));
        Assert.Equal(("kube-apiserver-1", "kube-apiserver-3"), (silent.ApiServer, silent.Details["replaced_by"]));
    }

    [Fact]
    public void Made_up_API_servers_are_bounded_and_what_comes_beyond_is_counted_together()
    {
        var traffic = new Traffic(new CompletenessOptions { Silence = TimeSpan.FromSeconds(30) });
        for (var i = 0; i < 500; i++) traffic.Send($"invented-{i}");
        var views = traffic.Ledger.Read(traffic.Now);
        Assert.Equal(65, views.Count);
        Assert.Equal(436, views.Single(v => v.Key.Name == ApiServerKey.Others).Events);
        Assert.Equal((436L, 500L), (traffic.Ledger.Lumped, views.Sum(v => v.Events)));
        // What has been gone for a day makes room for who speaks now, and is forgotten in the saved state too.
        traffic.Ledger.TakeChanged();
        traffic.Pass(90_000);
        traffic.Send("real");
        Assert.Equal(1, traffic["real"].Events);
        Assert.Equal(65, traffic.Ledger.Read(traffic.Now).Count);
        Assert.Single(traffic.Ledger.TakeChanged(), c => c.Saved is null);
    }
}
