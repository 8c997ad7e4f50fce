using AuditWatch.Server.Access;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AuditWatch.Server.Tests.Access;

public sealed class RateGateTests
{
    readonly FakeTimeProvider _clock = new();

    [Fact]
    public void A_burst_is_let_through_and_then_as_many_as_the_rate_allows()
    {
        var gate = new RateGate(_clock, perSecond: 2, burst: 3);
        for (var i = 0; i < 3; i++) Assert.Null(gate.Take("alice"));
        Assert.Equal(TimeSpan.FromSeconds(0.5), gate.Take("alice"));
        Assert.Null(gate.Take("bob"));
        _clock.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Null(gate.Take("alice"));
        Assert.NotNull(gate.Take("alice"));
        _clock.Advance(TimeSpan.FromHours(1));
        for (var i = 0; i < 3; i++) Assert.Null(gate.Take("alice"));
        Assert.NotNull(gate.Take("alice"));
    }

    [Fact]
    public void Whoever_invents_keys_shares_one_bucket_in_the_end_and_shuts_nobody_out_who_was_known()
    {
        var gate = new RateGate(_clock, perSecond: 1, burst: 2);
        Assert.Null(gate.Take("known"));
        for (var i = 0; i < 20_000; i++) gate.Take($"invented-{i}");
        Assert.NotNull(gate.Take("one more"));
        Assert.Null(gate.Take("known"));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(gate.Take("one more"));
        Assert.Null(gate.Take("one more"));
    }
}
