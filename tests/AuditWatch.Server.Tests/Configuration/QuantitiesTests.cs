using AuditWatch.Server.Configuration;
using Xunit;

namespace AuditWatch.Server.Tests.Configuration;

public sealed class QuantitiesTests
{
    [Theory]
    [InlineData("250ms", 0.25)]
    [InlineData("15m", 900)]
    [InlineData("24h", 86400)]
    [InlineData("7d", 604800)]
    [InlineData("1.5h", 5400)]
    public void Durations_are_read(string text, double seconds)
    {
        Assert.True(Quantities.TryDuration(text, out var duration));
        Assert.Equal(seconds, duration.TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("15")]
    [InlineData("m")]
    [InlineData("-5m")]
    [InlineData("1e9d")]
    [InlineData("99999999999999d")]
    [InlineData("5 m")]
    public void What_is_no_duration_is_refused(string text) => Assert.False(Quantities.TryDuration(text, out _));

    [Theory]
    [InlineData("1024", 1024)]
    [InlineData("200GiB", 214748364800)]
    [InlineData("64MB", 64000000)]
    [InlineData("1.5KiB", 1536)]
    public void Sizes_are_read(string text, long bytes)
    {
        Assert.True(Quantities.TrySize(text, out var size));
        Assert.Equal(bytes, size);
    }

    [Theory]
    [InlineData("lots")]
    [InlineData("-1GiB")]
    [InlineData("9999999999TiB")]
    public void What_is_no_size_is_refused(string text) => Assert.False(Quantities.TrySize(text, out _));
}
