using AuditWatch.Server.Endpoints;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AuditWatch.Server.Tests.Endpoints;

public sealed class LineLimitTests
{
    [Fact]
    public void Lines_beyond_the_limit_are_counted_and_told_with_the_first_line_of_a_later_minute()
    {
        var clock = new FakeTimeProvider();
        var limit = new LineLimit(clock, mostPerMinute: 3);
        Assert.Equal(3, Enumerable.Range(0, 1207).Count(_ => limit.MayTell(out var more) && more.Length == 0));
        clock.Advance(TimeSpan.FromSeconds(61));
        Assert.True(limit.MayTell(out var told));
        Assert.Equal(" (1204 more like this since the last line.)", told);
        Assert.True(limit.MayTell(out told));
        Assert.Equal("", told);
    }
}
