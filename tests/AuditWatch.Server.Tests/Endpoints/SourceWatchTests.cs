using AuditWatch.Events.Health;
using AuditWatch.Ingest.Sources;
using AuditWatch.Server.Completeness;
using Xunit;

namespace AuditWatch.Server.Tests.Endpoints;

public sealed class SourceWatchTests
{
    readonly SourceStanding _source = new("hub", "eventhubs", "prod", TimeProvider.System);
    readonly SourceWatch _watch = new();
    long _now = 1_795_568_400_000_000;

    [Fact]
    public void A_source_that_fails_for_five_minutes_is_told_once_and_again_when_it_can_be_read()
    {
        _source.State = SourceState.Running;
        Assert.Empty(Pass(60));
        _source.OnError("The broker is gone.", SourceState.Failing);
        Assert.Empty(Pass(200));
        // It tries again and fails again: that is one failure.
        _source.State = SourceState.Starting;
        Assert.Empty(Pass(20));
        _source.OnError("The broker is gone.", SourceState.Failing);
        var unreadable = Assert.Single(Pass(100));
        Assert.Equal((HealthFact.Unreadable, "prod", "hub", "The broker is gone."), (unreadable.Kind, unreadable.Cluster, unreadable.Source, unreadable.Details["error"]));
        Assert.Empty(Pass(3600));
        _source.State = SourceState.Running;
        var readable = Assert.Single(Pass(1));
        Assert.Equal((HealthFact.Readable, unreadable.Id, unreadable.SinceMicros), (readable.Kind, readable.Ends, readable.EndsSinceMicros));
        Assert.Empty(Pass(600));
    }

    [Fact]
    public void A_source_that_another_process_reads_is_not_told_because_this_one_cannot()
    {
        _source.OnError("The broker is gone.", SourceState.Failing);
        for (var i = 0; i < 20; i++, _now += 60_000_000) Assert.Empty(_watch.Look(_source, _now, _ => _now, isReadElsewhere: true));
        Assert.Empty(Pass(200));
        Assert.Single(Pass(200));
    }

    [Fact]
    public void A_source_that_fails_now_and_then_is_not_told()
    {
        for (var i = 0; i < 20; i++)
        {
            _source.OnError("A moment.", SourceState.Failing);
            Assert.Empty(Pass(120));
            _source.State = SourceState.Running;
            Assert.Empty(Pass(10));
        }
    }

    List<HealthFact> Pass(int seconds)
    {
        List<HealthFact> facts = [];
        for (var second = 0; second < seconds; second++) facts.AddRange(_watch.Look(_source, _now += 1_000_000, _ => _now));
        return facts;
    }
}
