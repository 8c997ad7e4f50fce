using AuditWatch.Detection.Rules;
using CsCheck;

namespace AuditWatch.Detection.Tests.Counting;

public sealed class CountedDeterminism
{
    static readonly RuleSnapshot Rules = Load();

    [Fact]
    public void Batch_cuts_do_not_show()
    {
        var history = Busy(1).Select(e => e.Event).ToList();
        var expected = new Lab(Rules).Run(history, 1000);
        Assert.NotEmpty(expected.Of("burst"));
        Assert.NotEmpty(expected.Of("spread"));
        Assert.NotEmpty(expected.Of("new"));
        foreach (var name in new[] { "both", "order", "after", "bursts", "several", "minutes", "silent", "unusual" }) Assert.NotEmpty(expected.Of(name));
        Assert.Contains(expected.Of("told"), a => a.Count > 1);
        foreach (var size in new[] { 1, 7, 100 }) Assert.Equal(expected.TextWithoutPlaces, new Lab(Rules).Run(history, size).TextWithoutPlaces);
    }

    [Fact]
    public void A_worker_that_dies_anywhere_leaves_the_same_alerts()
    {
        var crashes = 0;
        Gen.Select(Gen.Int[0, 50], Gen.Int[10, 40], Gen.Int[0, 1_000_000]).Sample((seed, size, fate) =>
        {
            var history = Busy(seed).Select(e => e.Event).ToList();
            var random = new Random(fate);
            var dying = new Lab(Rules).Run(history, size, () => random.Next(6) == 0);
            crashes += dying.Crashes;
            Assert.Equal(new Lab(Rules).Run(history, size).Text, dying.Text);
        }, iter: Lab.Cases(20, 300), threads: 1, seed: "0000KpR3Zf0a");
        Assert.True(crashes > 20);
    }

    [Theory]
    [InlineData(22, 24, 73679)]
    [InlineData(27, 13, 91737)]
    [InlineData(37, 9, 80329)]
    [InlineData(48, 22, 42455)]
    public void What_an_ended_request_left_behind_does_not_come_back_with_a_restart(int seed, int size, int fate)
    {
        var history = Busy(seed).Select(e => e.Event).ToList();
        var random = new Random(fate);
        Assert.Equal(new Lab(Rules).Run(history, size).Text, new Lab(Rules).Run(history, size, () => random.Next(3) == 0).Text);
    }

    [Fact]
    public void Arrival_out_of_order_inside_the_reach_does_not_show()
    {
        Gen.Select(Gen.Int[0, 50], Gen.Int[0, 1_000_000]).Sample((seed, fate) =>
        {
            var events = Busy(seed);
            var random = new Random(fate);
            var shuffled = events.Select(e => (e, At: e.At + (random.NextDouble() * 9))).OrderBy(x => x.At).Select(x => x.e.Event).ToList();
            var ordered = new Lab(Rules).Run([.. events.Select(e => e.Event)], 50);
            Assert.Equal(ordered.TextWithoutPlaces, new Lab(Rules).Run(shuffled, 50).TextWithoutPlaces);
            Assert.Equal(ordered.TextWithoutPlaces, new Lab(Rules).Run(shuffled, 13, () => random.Next(6) == 0).TextWithoutPlaces);
        }, iter: Lab.Cases(20, 300), threads: 1, seed: "0000KpR3Zf0b");
    }

    [Fact]
    public void Late_matches_and_long_requests_survive_crashes_too()
    {
        Gen.Select(Gen.Int[0, 50], Gen.Int[0, 1_000_000]).Sample((seed, fate) =>
        {
            var random = new Random(fate);
            var shuffled = Busy(seed).Select(e => (e, At: e.At + (random.NextDouble() * 40))).OrderBy(x => x.At).Select(x => x.e.Event).ToList();
            Assert.Equal(new Lab(Rules).Run(shuffled, 9).Text, new Lab(Rules).Run(shuffled, 9, () => random.Next(6) == 0).Text);
        }, iter: Lab.Cases(20, 300), threads: 1, seed: "0000KpR3Zf0c");
    }

    // Bursts of several people through one another, with pauses longer than the window, in one to three stages.
    static List<An> Busy(int seed)
    {
        var random = new Random(seed);
        var events = new List<An>();
        for (var i = 0; i < 80; i++)
        {
            var at = (random.Next(4) * 90) + (random.NextDouble() * 30);
            var ask = Counted.Ask(at, "user-" + random.Next(2), "s" + random.Next(12), $"id-{i}");
            events.Add(ask);
            if (random.Next(3) == 0) events.Add(ask with { Stage = "RequestReceived" });
            if (random.Next(5) == 0) events[^1] = ask with { Stage = "ResponseStarted" };
            if (random.Next(4) == 0) events.Add(ask with { At = at + (random.NextDouble() * 60), ReceivedAt = at });
        }

        return [.. events.OrderBy(e => e.At).ThenBy(e => e.Id, StringComparer.Ordinal)];
    }

    static RuleSnapshot Load()
    {
        using var folder = new RuleFolder().Add("asked.yml", Counted.Reads)
            .Add("burst.yml", "title: Burst\nname: burst\ncorrelation: {type: event_count, rules: [asked], group-by: [user.username], timespan: 20s, condition: {gte: 6}}\n")
            .Add("spread.yml", "title: Spread\nname: spread\ncorrelation: {type: value_count, rules: [asked], group-by: [user.username], timespan: 15s, condition: {field: objectRef.name, gte: 5}}\n")
            .Add("sum.yml", "title: Sum\nname: sum\ncorrelation: {type: value_sum, rules: [asked], group-by: [objectRef.name], timespan: 30s, condition: {field: responseStatus.code, gte: 600}}\n");
        folder.Add("new.yml", "title: New\nname: new\ncorrelation: {type: event_count, rules: [asked], group-by: [user.username, objectRef.name], timespan: 100s, condition: {eq: 1}}\nauditwatch: {first_seen: {learning: 20s, events: 5, per: [user.username]}, suppress: {by: [user.username], for: 15s}}\n")
            .Add("told.yml", "title: Told\nname: told\nlogsource: {product: kubernetes, service: audit}\ndetection: {selection: {objectRef.resource: secrets, objectRef.name|endswith: ['1', '2']}, condition: selection}\nauditwatch: {suppress: {by: [objectRef.name], for: 45s}}\n");
        folder.Add("taken.yml", "title: Taken\nname: taken\nlogsource: {product: kubernetes, service: audit}\ndetection: {selection: {objectRef.resource: secrets, objectRef.name|endswith: ['3', '7']}, condition: selection}\nauditwatch: {alert: false}\n")
            .Add("several.yml", "title: Several\nname: several\ncorrelation: {type: event_count, rules: [told, taken], group-by: [user.username], timespan: 20s, condition: {gte: 2}, generate: true}\nauditwatch: {metrics: [{rule: taken, gte: 1}, {rule: told, field: objectRef.name, gte: 2}]}\n")
            .Add("minutes.yml", "title: Minutes\nname: minutes\ncorrelation: {type: value_count, rules: [asked], group-by: [user.username], timespan: 10s, condition: {field: objectRef.name, gte: 3}, generate: true}\nauditwatch: {window: tumbling, metrics: [{rule: asked, lt: 6}]}\n")
            .Add("silent.yml", "title: Silent\nname: silent\ncorrelation: {type: event_count, rules: [taken], group-by: [user.username], timespan: 4s, condition: {eq: 0}, generate: true}\nauditwatch: {absence: {seen: 2}}\n")
            .Add("unusual.yml", "title: Unusual\nname: unusual\ncorrelation: {type: event_count, rules: [asked], group-by: [user.username], timespan: 10s, condition: {gte: 3}, generate: true}\nauditwatch: {usual: {times: 2, history: 60s, learning: 20s}}\n")
            .Add("both.yml", "title: Both\nname: both\ncorrelation: {type: temporal, rules: [told, taken], group-by: [user.username], timespan: 5s}\n")
            .Add("order.yml", "title: Order\nname: order\ncorrelation: {type: temporal_ordered, rules: [taken, told, taken], group-by: [user.username], timespan: 6s, generate: true}\n")
            .Add("after.yml", "title: After\nname: after\ncorrelation: {type: temporal_ordered, rules: [spread, taken], group-by: [user.username], timespan: 9s, generate: true}\n")
            .Add("bursts.yml", "title: Bursts\nname: bursts\ncorrelation: {type: event_count, rules: [burst], group-by: [user.username], timespan: 200s, condition: {gte: 2}, generate: true}\n");
        var rules = folder.Load();
        Assert.Empty(folder.Problems);
        return rules;
    }
}
