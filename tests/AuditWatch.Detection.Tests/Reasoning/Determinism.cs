using CsCheck;

namespace AuditWatch.Detection.Tests.Reasoning;

public sealed class Determinism
{
    [Fact]
    public void Batch_cuts_do_not_show()
    {
        var history = Busy(seed: 1);
        var expected = new Lab().Run(history, 1000);
        Assert.NotEmpty(expected.Of("stolen-token-reads-secrets"));
        Assert.NotEmpty(expected.Of("fresh-privilege-creates-workload"));
        Assert.NotEmpty(expected.Of(Workloads.Rule));
        Assert.NotEmpty(expected.Incidents);
        foreach (var size in new[] { 1, 7, 100 })
        {
            var cut = new Lab().Run(history, size);
            Assert.Equal(expected.TextWithoutPlaces, cut.TextWithoutPlaces);
            Assert.Equal(StandingOf(expected), StandingOf(cut));
        }
    }

    [Fact]
    public void Two_runs_give_the_same_bytes() =>
        Assert.Equal(new Lab().Run(Busy(seed: 2), 7).Text, new Lab().Run(Busy(seed: 2), 7).Text);

    [Fact]
    public void A_worker_that_dies_anywhere_any_number_of_times_leaves_the_same_alerts()
    {
        var crashes = 0;
        Gen.Select(Gen.Int[0, 50], Gen.Int[1, 40], Gen.Int[0, 1_000_000]).Sample((seed, size, fate) =>
        {
            var history = Busy(seed);
            var random = new Random(fate);
            var dying = new Lab().Run(history, size, () => random.Next(6) == 0);
            crashes += dying.Crashes;
            var living = new Lab().Run(history, size);
            Assert.Equal(living.Text, dying.Text);
            Assert.Equal(living.IncidentsText, dying.IncidentsText);
        }, iter: Lab.Cases(60, 300), threads: 1, seed: "0000KpR3Zf0a");
        Assert.True(crashes > 200);
    }

    [Fact]
    public void Frames_that_share_a_commit_leave_the_same_alerts_and_the_same_saved_keys_also_when_the_worker_dies()
    {
        var crashes = 0;
        Gen.Select(Gen.Int[0, 50], Gen.Int[1, 20], Gen.Int[2, 9], Gen.Int[0, 1_000_000]).Sample((seed, size, frames, fate) =>
        {
            var history = Busy(seed);
            var random = new Random(fate);
            var each = new Lab().Run(history, size);
            var shared = new Lab().Run(history, size, framesPerCommit: frames);
            var dying = new Lab().Run(history, size, () => random.Next(12) == 0, framesPerCommit: frames);
            crashes += dying.Crashes;
            foreach (var other in new[] { shared, dying })
            {
                Assert.Equal(each.Text, other.Text);
                Assert.Equal(StandingOf(each), StandingOf(other));
                Assert.Equal(each.SavedKeys, other.SavedKeys);
            }
        }, iter: Lab.Cases(12, 300), threads: 1, seed: "0000KpR3Zf0a");
        Assert.True(crashes > 20);
    }

    [Fact]
    public void Arrival_out_of_order_inside_the_reach_does_not_show()
    {
        Gen.Select(Gen.Int[0, 50], Gen.Int[0, 1_000_000]).Sample((seed, fate) =>
        {
            var events = BusyEvents(seed);
            var random = new Random(fate);
            var shuffled = events.Select(e => (e, At: e.At + (random.NextDouble() * 9))).OrderBy(x => x.At).Select(x => x.e.Event).ToList();
            var ordered = new Lab().Run([.. events.Select(e => e.Event)], 50);
            var mixed = new Lab().Run(shuffled, 50);
            Assert.Equal(ordered.TextWithoutPlaces, mixed.TextWithoutPlaces);
            Assert.Equal(StandingOf(ordered), StandingOf(mixed));
            var dying = new Lab().Run(shuffled, 13, () => random.Next(6) == 0);
            Assert.Equal(ordered.TextWithoutPlaces, dying.TextWithoutPlaces);
        }, iter: Lab.Cases(12, 100), threads: 1, seed: "0000KpR3Zf0b");
    }

    [Fact]
    public void Hits_that_come_later_than_the_reach_are_judged_as_they_come_and_counted()
    {
        var theft = Histories.StolenToken();
        var lab = new Lab().Run(theft[0], theft[1], new An { Id = "far", At = 100, Resource = "pods" }, theft[2]);
        Assert.Single(lab.Of("stolen-token-reads-secrets"));
        Assert.True(lab.Engine.Reasoning["lab"].Late > 0);
    }

    [Fact]
    public void A_clock_that_runs_ahead_makes_nobody_late()
    {
        var theft = Histories.StolenToken();
        var future = new An { Id = "future", At = 1_000_000, Resource = "pods" };
        var noon = Histories.Facts(theft[0]).TimeMicros;
        var lab = new Lab().Run([future.Event, .. theft.Select(e => e.Event)], 1, received: noon + 5_000_000);
        Assert.Single(lab.Of("stolen-token-reads-secrets"));
        Assert.Equal(0, lab.Engine.Reasoning["lab"].Late);
    }

    // What was told in between, and withdrawn again, hangs on when it was asked.
    static string StandingOf(Lab lab) => string.Join('\n', lab.Incidents.Select(i => System.Text.Json.JsonSerializer.Serialize(i)));

    static List<ReadOnlyMemory<byte>> Busy(int seed) => [.. BusyEvents(seed).Select(e => e.Event)];

    // Attacks and look-alikes through one another, with everyday requests in between.
    static List<An> BusyEvents(int seed)
    {
        var random = new Random(seed);
        var events = new List<An>();
        for (var i = 0; i < 12; i++)
        {
            var at = random.NextDouble() * 120;
            var suffix = "-" + i;
            var story = random.Next(5) switch
            {
                0 => Histories.StolenToken(at, "JTI=" + i, suffix),
                1 => Histories.FreshPrivilege(at, suffix),
                2 => Histories.ExecInStages(at, "exec" + suffix),
                3 => Workloads.Rollout(at, "web" + suffix),
                _ => [.. Histories.StolenToken(at, "JTI=" + i, suffix).Select(e => e with { Ip = "10.0.0.9" })],
            };
            events.AddRange(story);
        }

        for (var i = 0; i < 60; i++) events.Add(new An { Id = "day-" + i, User = "bob", Resource = "pods", Name = "web-" + random.Next(5), At = random.NextDouble() * 130 });
        events.AddRange(Histories.StolenToken(5, "JTI=sure", "-sure"));
        events.AddRange(Histories.FreshPrivilege(40, "-sure"));
        events.AddRange(Workloads.Rollout(50, "sure"));
        return [.. events.OrderBy(e => e.At).ThenBy(e => e.Id, StringComparer.Ordinal)];
    }
}
