using AuditWatch.Detection.Rules;
using AuditWatch.Testing;

namespace AuditWatch.Scenarios;

/// <summary>Every counted and first-seen correlation, told in events: when it speaks, and when it does not.</summary>
public sealed class CountedStories
{
    static readonly Lazy<IReadOnlyList<CountedStory>> All = new(() => [.. CountedStory.ReadAll(Path.Combine(Checkout.Root, "detections"))]);

    [Fact]
    public void Every_story_makes_as_many_alerts_of_its_correlation_as_it_says()
    {
        var wrong = All.Value.AsParallel().AsOrdered().Select(Wrong).OfType<string>().ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    static string? Wrong(CountedStory story)
    {
        var alerts = Replay.RunAnew(story.Events).Alerts.Count(a => a.Rule.Name == story.Correlation);
        return alerts == story.Expect ? null : $"{story.File}: {story.It}: {alerts} alerts instead of {story.Expect}";
    }

    [Fact]
    public void Every_correlation_has_stories_with_and_without_an_alert_in_the_file_of_its_name()
    {
        var told = All.Value.ToLookup(s => s.Correlation);
        Assert.All(All.Value, s => Assert.Equal(s.Correlation + ".yml", s.File));
        foreach (var rule in Replay.Rules.Correlations.All)
        {
            Assert.True(told[rule.Identity.Name].Any(s => s.Expect > 0), $"{rule.Identity.Name}: no story with an alert");
            Assert.True(told[rule.Identity.Name].Count(s => s.Expect == 0) >= 2, $"{rule.Identity.Name}: fewer than two stories without an alert");
        }

        Assert.Empty(told.Select(t => t.Key).Except(Replay.Rules.Correlations.All.Select(r => r.Identity.Name)));
    }
}
