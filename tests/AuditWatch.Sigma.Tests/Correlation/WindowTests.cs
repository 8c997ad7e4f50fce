using AuditWatch.Sigma.Correlation;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Sigma.Tests.Correlation;

public sealed class WindowTests
{
    static readonly TimeSpan Span = TimeSpan.FromMicroseconds(10);
    static readonly TimeSpan Late = TimeSpan.FromMicroseconds(5);

    [Fact]
    public void The_window_ends_with_the_match_and_leaves_its_beginning_out()
    {
        var window = new CountWindow(Span, TimeSpan.Zero, 100);
        Assert.Equal([1, 2, 3, 3, 1], new long[] { 0, 5, 9, 10, 30 }.Select(window.Add));
    }

    [Fact]
    public void A_late_match_is_counted_in_its_place_and_does_not_see_the_future()
    {
        var window = new CountWindow(Span, Late, 100);
        Assert.Equal([1, 1, 2, 3], new long[] { 20, 8, 16, 21 }.Select(window.Add));
        Assert.Equal(2, window.Count(16));
    }

    [Fact]
    public void Nothing_is_kept_that_no_window_can_reach()
    {
        var window = new CountWindow(Span, Late, 1_000_000);
        for (var at = 0L; at < 100_000; at++) window.Add(at);
        Assert.Equal(15, window.Kept);
        Assert.Equal(0, window.Evicted);
    }

    [Fact]
    public void What_falls_out_for_want_of_room_is_counted()
    {
        var window = new CountWindow(Span, TimeSpan.Zero, 3);
        Assert.Equal([1, 2, 3, 3, 3], new long[] { 1, 2, 3, 4, 5 }.Select(window.Add));
        Assert.Equal(2, window.Evicted);
    }

    [Fact]
    public void Windows_agree_with_counting_everything_again()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var (count, distinct, number) = (new CountWindow(Span, Late, 10_000), new DistinctWindow(Span, Late, 10_000), new NumberWindow(Span, Late, 10_000));
            var all = new List<(long At, int Value)>();
            var newest = 0L;
            for (var i = 0; i < 60; i++)
            {
                var at = Math.Max(newest, newest = newest + random.Next(4)) - random.Next(5);
                var value = random.Next(6);
                all.Add((at, value));
                var expected = all.Where(e => e.At > at - 10 && e.At <= at).ToArray();
                Assert.Equal(expected.Length, count.Add(at));
                Assert.Equal(expected.Select(e => e.Value).Distinct().Count(), distinct.Add(at, "v" + value));
                number.Add(at, value);
                var sorted = expected.Select(e => (double)e.Value).Order().ToArray();
                Assert.Equal(sorted.Sum(), number.Sum(at));
                Assert.Equal(sorted.Average(), number.Average(at));
                Assert.Equal(sorted.First(v => sorted.Count(w => w <= v) * 100.0 / sorted.Length >= 90), number.Percentile(at, 90));
                Assert.Equal(sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2, number.Median(at));
            }
        }
    }

    [Fact]
    public void Tuples_do_not_run_into_each_other()
    {
        Assert.NotEqual(DistinctWindow.Tuple(["a", "bc"]), DistinctWindow.Tuple(["ab", "c"]));
        Assert.NotEqual(DistinctWindow.Tuple(["1:a", ""]), DistinctWindow.Tuple(["", "1:a"]));
        Assert.Equal("a", DistinctWindow.Tuple(["a"]));
    }

    [Theory]
    [InlineData("condition: a and (b or not c)", "a", true)]
    [InlineData("condition: a and (b or not c)", "a c", false)]
    [InlineData("condition: a and (b or not c)", "a b c", true)]
    [InlineData("condition: 2 of them", "a c", true)]
    [InlineData("condition: 2 of them", "c", false)]
    [InlineData("condition: all of them", "a b", false)]
    [InlineData("generate: true", "a b c", true)]
    [InlineData("generate: true", "a b", false)]
    public void Temporal_conditions(string line, string matched, bool expected)
    {
        var correlation = (SigmaCorrelation)Assert.Single(SigmaParser.Parse($"title: C\ncorrelation:\n  type: temporal\n  rules: [a, b, c]\n  timespan: 5m\n  {line}\n", "f").Documents);
        Assert.Equal(expected, TemporalCondition.Holds(correlation, matched.Split(' ').Contains));
    }
}
