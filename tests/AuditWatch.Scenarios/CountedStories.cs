using AuditWatch.Detection.Stories;
using AuditWatch.Detection.Testing;
using AuditWatch.Sigma.Parsing;
using AuditWatch.Testing;

namespace AuditWatch.Scenarios;

/// <summary>Every correlation, told in events: when it speaks, and when it does not; as <c>auditwatch rules test</c> runs them.</summary>
public sealed class CountedStories
{
    static readonly string Detections = Path.Combine(Checkout.Root, "detections");

    [Fact]
    public void Every_story_holds_and_every_correlation_has_stories_with_and_without_an_alert()
    {
        var problems = new List<Problem>();
        var results = new StoryRun(Replay.Rules).Run(Detections, problems);
        Assert.Empty(problems);
        Assert.True(results.All(r => r.Passed), string.Join('\n', results.Where(r => !r.Passed).Select(r => $"{r.File}:{r.Line}: {r.Case}: {r.Got} instead of {r.Expected} {r.Problem}")));
        Assert.True(results.Count > 3 * Replay.Rules.Correlations.All.Count);
    }

    [Fact]
    public void A_file_of_stories_has_the_name_of_its_correlation()
    {
        var bases = new TestEvents(Detections);
        foreach (var file in StoryFile.All(Detections))
            Assert.All(StoryFile.Read(file, bases, new List<Problem>()), s => Assert.Equal(s.Correlation + ".yml", Path.GetFileName(s.File)));
    }
}
