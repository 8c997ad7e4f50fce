using AuditWatch.Detection.Stories;
using AuditWatch.Detection.Testing;
using AuditWatch.Detection.Tests.Counting;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Tests.Stories;

public sealed class ToldStories
{
    const string Base = "read:\n  kind: Event\n  apiVersion: audit.k8s.io/v1\n  level: Metadata\n  auditID: x\n  stage: ResponseComplete\n  requestURI: /api/v1/namespaces/a/secrets/b\n  verb: get\n  user: {username: alice}\n  sourceIPs: [10.0.0.1]\n  objectRef: {resource: secrets, namespace: a, name: b, apiVersion: v1}\n  responseStatus: {code: 200}\n";

    [Fact]
    public void A_story_beside_a_correlation_is_run_and_one_that_does_not_hold_fails_with_what_came()
    {
        var (results, problems) = Run("""
            correlation: correlated
            stories:
              - it: speaks of three
                events: [{at: 0s, from: 'traces/b.yml#read', times: 3, every: 10s, vary: {objectRef.name: 'n{n}'}}]
                expect: 1
              - it: is silent about two
                events: [{at: 0s, from: 'traces/b.yml#read', times: 2, every: 10s}]
                expect: 0
              - it: is silent about three that lie apart
                events: [{at: 0s, from: 'traces/b.yml#read', times: 3, every: 1h}]
                expect: 0
              - it: does not hold
                events: [{at: 0s, from: 'traces/b.yml#read', times: 3, every: 1s}]
                expect: 2
            """);
        Assert.Empty(problems);
        Assert.Equal([true, true, true, false, true, true], results.Select(r => r.Passed));
        Assert.Equal(("2 alerts of correlated", "1 alerts of correlated", 12), (results[3].Expected, results[3].Got, results[3].Line));
    }

    [Fact]
    public void Alerts_of_several_rules_are_asked_by_number_or_by_order_and_incidents_by_number()
    {
        var (results, problems) = Run("""
            stories:
              - it: tells both in order
                events:
                  - {at: 0s, from: 'traces/b.yml#read', times: 3, every: 1s}
                  - {at: 5s, from: 'traces/b.yml#read', with: {objectRef.name: told}}
                expect: {alerts: [correlated, told], incidents: 1}
              - it: tells the other one only
                events: [{at: 5s, from: 'traces/b.yml#read', with: {objectRef.name: told}}]
                expect: {alerts: {told: 1, correlated: 0}, incidents: 0}
              - it: names nobody
                events: [{at: 5s, from: 'traces/b.yml#read'}]
                expect: {alerts: {nobody: 0}}
            """);
        Assert.Empty(problems);
        Assert.Equal(["correlated, told", "1 incidents", "1 alerts of told", "0 alerts of correlated", "0 incidents"], results.Take(5).Select(r => r.Got));
        Assert.True(results.Take(5).All(r => r.Passed));
        Assert.Equal("There is no rule, correlation or chain 'nobody'.", results[5].Problem);
    }

    [Fact]
    public void A_correlation_without_stories_is_not_known_to_work() =>
        Assert.Equal(["not met", "not met"], Run("stories: []").Results.Select(r => r.Got));

    [Theory]
    [InlineData("stories: [{it: x, events: [{at: 0s, from: 'traces/b.yml#nobody'}], expect: {incidents: 0}}]", "has no event 'nobody'")]
    [InlineData("stories: [{it: x, events: [{at: 5 minutes, from: 'traces/b.yml#read'}], expect: {incidents: 0}}]", "is no time")]
    [InlineData("stories: [{it: x, events: [{at: 0s, from: 'traces/b.yml#read', twice: 2}], expect: {incidents: 0}}]", "'twice' is no part")]
    [InlineData("stories: [{it: x, events: [], expect: 1}]", "needs 'correlation'")]
    [InlineData("stories: [{it: x, events: [], expect: {alerts: 3}}]", "'alerts' is a list")]
    [InlineData("stories: [{events: [], expect: {incidents: 0}}]", "needs 'it'")]
    [InlineData("stories: [{it: x, events: [{at: 0s, from: 'traces/b.yml#read', times: 100001}], expect: {incidents: 0}}]", "at most 100000")]
    [InlineData("stories: {", "While parsing")]
    public void What_is_wrong_with_a_story_is_said_with_its_place_and_the_rest_runs(string text, string message)
    {
        var problem = Assert.Single(Run(text).Problems);
        Assert.Equal("AW1600", problem.Code);
        Assert.True(problem.Line > 0);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    static (IReadOnlyList<RuleTestResult> Results, List<Problem> Problems) Run(string stories)
    {
        using var folder = Counted.Folder("type: event_count\nrules: [asked]\ngroup-by: [user.username]\ntimespan: 60s\ncondition: {gte: 3}\ngenerate: false")
            .Add("told.yml", "title: Told\nname: told\nlevel: high\nlogsource: {product: kubernetes, service: audit}\ndetection: {selection: {objectRef.name: told}, condition: selection}\n")
            .Add("traces/b.yml", Base).Add("c.stories.yml", stories);
        var rules = folder.Load();
        Assert.Empty(folder.Problems);
        var problems = new List<Problem>();
        return (new StoryRun(rules).Run(folder.Dir, problems), problems);
    }
}
