using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Tests.Rules;
using AuditWatch.Events;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Tests.Reasoning;

/// <summary>Exceptions that come and go while detection runs: each holds for a part of the journal, whatever was restarted and however the journal was cut.</summary>
public sealed class ExceptionsInForceAtWork
{
    const string Told = "auditwatch: {owner: sre, reason: agreed}";

    static ExceptionTerm Term(int after, int? until = null) =>
        new("made", LoadingRules.Filter("alice", Told), new EventPosition(0, after, 0), until is { } end ? new EventPosition(0, end, 0) : null);

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    public void An_exception_hides_what_was_journaled_after_it_came_and_before_it_ended_also_when_the_worker_dies(int seed)
    {
        using var folder = new RuleFolder().AddRule("a.yml", "1", extra: seed % 2 == 0 ? "" : "auditwatch: {suppress: {by: [user.username], for: 1m}}");
        var rules = RuleSnapshot.Load(RuleSources.Only([folder.Dir]), folder.Problems);
        Assert.Empty(folder.Problems);
        // One event a frame; times far apart, so that nothing joins and most wait in the reorder buffer for a while.
        var events = Enumerable.Range(0, 12).Select(i => new An { Id = $"e{i:00}", User = i == 6 ? "carol" : "alice", At = i * 100 }.Event).ToList();
        var random = new Random(seed);
        List<Problem> problems = [];
        var lab = new Lab(rules) { OnStart = engine => engine.Hold([Term(after: 3, until: 8)], problems) };

        lab.Run(events, 1, seed == 0 ? null : () => random.Next(3) == 0);

        Assert.Empty(problems);
        Assert.Equal(["e00", "e01", "e02", "e03", "e06", "e09", "e10", "e11"], lab.Alerts.SelectMany(a => a.AuditIds).Order(StringComparer.Ordinal));
        Assert.Equal(4, lab.Hidden["made"]);
        Assert.True(seed == 0 || lab.Crashes > 0);
    }

    [Fact]
    public void An_exception_that_comes_and_ends_while_the_engine_runs_hides_what_lies_between()
    {
        using var folder = new RuleFolder().AddRule("a.yml", "1");
        var rules = RuleSnapshot.Load(RuleSources.Only([folder.Dir]), folder.Problems);
        List<Problem> problems = [];
        var engine = new DetectionEngine(rules, _ => new Events.Model.ClusterFacts());
        List<string> told = [];
        for (var i = 0; i < 6; i++)
        {
            if (i == 2) engine.Hold([new ExceptionTerm("made", LoadingRules.Filter("alice", Told), engine.Position, null)], problems);
            if (i == 4) engine.Hold([new ExceptionTerm("made", LoadingRules.Filter("alice", Told), new EventPosition(0, 1, 0), engine.Position)], problems);
            told.AddRange(engine.Process(new JournaledEvents("lab", 0, i, 0, [new An { Id = $"e{i}", At = i * 100 }.Event]))!.Alerts.SelectMany(a => a.AuditIds));
        }

        Assert.Empty(problems);
        Assert.Equal(["e0", "e1", "e4", "e5"], told);
    }

    [Fact]
    public void An_exception_that_cannot_be_read_hides_nothing_and_is_named()
    {
        using var folder = new RuleFolder().AddRule("a.yml", "1");
        var rules = RuleSnapshot.Load(RuleSources.Only([folder.Dir]), folder.Problems);
        List<Problem> problems = [];
        var lab = new Lab(rules) { OnStart = engine => engine.Hold([new ExceptionTerm("made", LoadingRules.Filter("alice"), EventPosition.Start, null)], problems) };
        Assert.Single(lab.Run(new An()).Alerts);
        Assert.Equal(("made", "AW1521"), (Assert.Single(problems).File, problems[0].Code));
    }
}
