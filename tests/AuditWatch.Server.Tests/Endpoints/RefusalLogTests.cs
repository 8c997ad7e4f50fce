using AuditWatch.Server.Endpoints;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AuditWatch.Server.Tests.Endpoints;

public sealed class RefusalLogTests : IDisposable
{
    readonly FakeTimeProvider _clock = new();
    readonly Lines _lines = new();
    readonly RefusalLog _refusals;

    public RefusalLogTests() => _refusals = new RefusalLog(_clock, _lines);

    public void Dispose() => _refusals.Dispose();

    [Fact]
    public void Of_a_thousand_refused_posts_of_one_kind_the_log_has_the_first_and_how_many_more_there_were()
    {
        for (var post = 0; post < 1000; post++) _refusals.Refused("prod", "192.0.2.1", 401, "The bearer token is not known.");
        Assert.Equal("Refused a post for cluster prod from 192.0.2.1 with 401: The bearer token is not known.", Assert.Single(_lines.Said));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("And 999 more posts like this in the last minute: cluster prod, status 401, the last from 192.0.2.1: The bearer token is not known.", _lines.Said[1]);
        _refusals.Refused("prod", "192.0.2.2", 401, "The bearer token is not known.");
        Assert.Equal(2, _lines.Said.Count);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.StartsWith("And 1 more posts", _lines.Said[2], StringComparison.Ordinal);
    }

    [Fact]
    public void After_a_quiet_minute_the_next_one_is_told_at_once()
    {
        _refusals.Refused("prod", "192.0.2.1", 503, "No room is left.");
        _clock.Advance(TimeSpan.FromMinutes(1));
        _refusals.Refused("prod", "192.0.2.1", 503, "No room is left.");
        Assert.Equal(2, _lines.Said.Count);
        Assert.Equal(_lines.Said[0], _lines.Said[1]);
    }

    [Fact]
    public void Another_cluster_and_another_status_are_told_by_themselves()
    {
        _refusals.Refused("prod", "192.0.2.1", 401, "a");
        _refusals.Refused("edge", "192.0.2.1", 401, "a");
        _refusals.Refused("prod", "192.0.2.1", 429, "b");
        _refusals.Refused("prod", "192.0.2.1", 0, "The body broke off.");
        Assert.Equal(4, _lines.Said.Count);
        Assert.Contains("broke off", _lines.Said[3], StringComparison.Ordinal);
    }

    [Fact]
    public void Whoever_makes_up_names_of_clusters_fills_no_log_and_every_post_is_counted()
    {
        for (var post = 0; post < 10_000; post++) _refusals.Refused($"made-up-{post}", "192.0.2.1", 404, "There is no such cluster.");
        Assert.InRange(_lines.Said.Count, 1, 250);
        var told = _lines.Said.Count;
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal($"And {10_000 - told} more posts like this in the last minute: cluster (others), status 404, the last from 192.0.2.1: There is no such cluster.", _lines.Said[^1]);
    }

    [Fact]
    public void What_is_not_told_yet_is_told_at_the_end()
    {
        for (var post = 0; post < 3; post++) _refusals.Refused("prod", "192.0.2.1", 401, "a");
        _refusals.Dispose();
        Assert.StartsWith("And 2 more posts", _lines.Said[^1], StringComparison.Ordinal);
    }

    sealed class Lines : ILogger<RefusalLog>
    {
        public List<string> Said { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Said.Add(formatter(state, exception));
    }
}
