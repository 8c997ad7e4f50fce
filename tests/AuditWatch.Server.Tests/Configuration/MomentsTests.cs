using AuditWatch.Server.Configuration;
using Xunit;

namespace AuditWatch.Server.Tests.Configuration;

public sealed class MomentsTests
{
    static readonly TimeProvider Clock = new Noon();

    [Theory]
    [InlineData("2026-11-23T09:27:03.083285Z", "2026-11-23T09:27:03.0832850Z")]
    [InlineData("2026-11-23t09:27:03.123456789z", "2026-11-23T09:27:03.1234568Z")]
    [InlineData("2026-11-23T09:27:03+02:00", "2026-11-23T07:27:03.0000000Z")]
    [InlineData("2026-11-23 09:27", "2026-11-23T09:27:00.0000000Z")]
    [InlineData("2026-11-23", "2026-11-23T00:00:00.0000000Z")]
    [InlineData("15m", "2026-11-25T11:45:00.0000000Z")]
    [InlineData("7d", "2026-11-18T12:00:00.0000000Z")]
    [InlineData("3000000d", "0001-01-01T00:00:00.0000000Z")]
    public void A_time_is_RFC_3339_or_a_duration_before_now(string text, string expected)
    {
        Assert.True(Moments.TryPast(text, Clock, out var time));
        Assert.Equal(expected, time.UtcDateTime.ToString("O"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1.5")]
    [InlineData("11/25/2026")]
    [InlineData("25-11-2026")]
    [InlineData("2026-11")]
    [InlineData("2026-02-30")]
    [InlineData("2026-11-23T25:00:00Z")]
    [InlineData("-5m")]
    [InlineData("yesterday")]
    public void What_only_looks_like_a_time_is_none(string text) => Assert.False(Moments.TryPast(text, Clock, out _));

    [Fact]
    public void What_is_to_come_counts_onwards()
    {
        Assert.True(Moments.TryComing("30d", Clock, out var time));
        Assert.Equal("2026-12-25T12:00:00.0000000Z", time.UtcDateTime.ToString("O"));
    }

    sealed class Noon : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);
    }
}
