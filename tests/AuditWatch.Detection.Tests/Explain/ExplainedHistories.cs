using System.Text;
using AuditWatch.Detection.Explain;
using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Scanning;
using AuditWatch.Detection.Tests.Counting;
using AuditWatch.Events.Framing;

namespace AuditWatch.Detection.Tests.Explain;

public sealed class ExplainedHistories
{
    const string Three = "type: event_count\nrules: [asked]\ngroup-by: [user.username]\ntimespan: 60s\ncondition: {gte: 3}";

    [Fact]
    public void A_count_shows_its_window_with_every_match_and_the_alert_that_it_raised_and_joined()
    {
        var (matches, open) = Explain(Counted.Rules(Three), "correlated", [.. Counted.Asks(0, 4), Counted.Ask(200, "bob")]);
        Assert.Equal([("false", 1.0, null), ("false", 2, null), ("true", 3, "raised"), ("true", 4, "joined"), ("false", 1, (string?)null)], matches.Select(m => (m.Verdict, m.Window!.Number!.Value, m.Became)));
        Assert.Equal(matches[2].AlertId, matches[3].AlertId);
        Assert.Equal(["gte 3"], matches[0].Window!.Wanted);
        Assert.Equal(["ask-alice-0", "ask-alice-1", "ask-alice-2"], matches[2].Window!.Newest.Select(r => r.AuditId));
        Assert.Equal((60_000_000L, "alice", "asked"), (matches[2].Window!.ToMicros - matches[2].Window!.FromMicros, matches[2].Group!["user.username"], matches[2].Member));
        Assert.DoesNotContain(open, w => w.Requests == 0);
    }

    [Fact]
    public void Windows_that_are_open_at_the_end_are_told_and_the_fullest_first()
    {
        var tick = new An { Id = "tick", Resource = "pods", Name = "p", At = 40 };
        var (_, open) = Explain(Counted.Rules(Three), "correlated", [Counted.Ask(0, "bob"), .. Counted.Asks(1, 2), tick]);
        Assert.Equal([("alice", 2), ("bob", 1)], open.Select(w => (w.Group["user.username"], w.Requests)));
    }

    [Fact]
    public void What_could_not_be_counted_says_which_field_it_lacks()
    {
        var (matches, _) = Explain(Counted.Rules(Three.Replace("user.username", "objectRef.subresource", StringComparison.Ordinal)), "correlated", Counted.Asks(0, 1));
        Assert.Equal(("unknown", "Not counted: the event lacks a field to group by (objectRef.subresource)."), (matches[0].Verdict, matches[0].Because));
    }

    [Fact]
    public void What_is_suppressed_and_what_an_exception_hides_is_said()
    {
        var (matches, _) = Explain(Counted.Rules(Three, "auditwatch: {suppress: {by: [user.username], for: 1h}}\n"), "correlated", [.. Counted.Asks(0, 3), .. Counted.Asks(300, 3)]);
        Assert.Equal([null, null, "raised", null, null, "suppressed"], matches.Select(m => m.Became));
        using var folder = Counted.Folder(Three);
        using var exceptions = new RuleFolder().Add("x.yml", "title: Expected\nlogsource: {product: kubernetes, service: audit}\nfilter:\n  rules: [correlated]\n  selection: {user.username: alice}\n  condition: not selection\nauditwatch: {owner: me, reason: why}\n");
        (matches, _) = Explain(folder.Load(Path.GetFileName(exceptions.Dir)), "correlated", Counted.Asks(0, 3));
        Assert.Equal(("true", "hidden", 1), (matches[2].Verdict, matches[2].Became, matches[2].Exceptions.Count));
    }

    [Fact]
    public void A_first_sight_tells_learning_from_new_and_known()
    {
        var rules = Counted.Rules("type: event_count\nrules: [asked]\ngroup-by: [user.username]\ntimespan: 10d\ncondition: {eq: 1}", "auditwatch: {first_seen: {learning: 100s, events: 1}}\n");
        var (matches, _) = Explain(rules, "correlated", [Counted.Ask(0, id: "a"), Counted.Ask(200, "bob", id: "b"), Counted.Ask(201, id: "c")]);
        Assert.Equal(["unknown", "true", "false"], matches.Select(m => m.Verdict));
        Assert.Contains("learning", matches[0].Because, StringComparison.Ordinal);
    }

    [Fact]
    public void A_temporal_one_says_which_rule_is_not_in_the_window_yet()
    {
        using var folder = Counted.Folder("type: temporal\nrules: [asked, made]\ngroup-by: [user.username]\ntimespan: 60s")
            .Add("made.yml", "title: Made\nname: made\nlogsource: {product: kubernetes}\ndetection: {selection: {objectRef.resource: serviceaccounts}, condition: selection}\n");
        var (matches, _) = Explain(folder.Load(), "correlated", [Counted.Ask(0), new An { Id = "x", Resource = "serviceaccounts", Name = "n", At = 1 }]);
        Assert.Equal([("false", "Not in the window: made."), ("true", "The window holds what is wanted.")], matches.Select(m => (m.Verdict, m.Because)));
    }

    [Fact]
    public void A_chain_shows_the_facts_that_joined_and_the_step_that_is_missing()
    {
        var (matches, _) = Explain(Lab.Rules, "stolen-token-reads-secrets", Histories.StolenToken());
        var held = matches.First(m => m.Verdict == "true");
        Assert.Equal(("raised", true), (held.Became, held.Steps.All(s => s.Found is not null)));
        Assert.True(held.Steps.Count >= 2);
        (matches, _) = Explain(Lab.Rules, "stolen-token-reads-secrets", [.. Histories.StolenToken().Where(e => !e.Id.StartsWith("mint", StringComparison.Ordinal))]);
        Assert.All(matches, m => Assert.NotEqual("true", m.Verdict));
        Assert.All(matches, m => Assert.Contains(m.Steps, s => s.Found is null));
    }

    [Fact]
    public void Every_correlation_and_every_chain_can_be_explained_and_an_unknown_name_is_none()
    {
        foreach (var name in Lab.Rules.Correlations.All.Select(c => c.Identity.Name).Concat(Lab.Rules.Chains.Stories.Select(s => s.Chain)))
            Assert.NotEmpty(HistoryExplanation.Of(Lab.Rules, name)!.Asks);
        Assert.Null(HistoryExplanation.Of(Lab.Rules, "nobody"));
    }

    static (IReadOnlyList<TracedMatch> Matches, IReadOnlyList<TracedWindow> Open) Explain(RuleSnapshot rules, string rule, params An[] events)
    {
        var text = string.Join('\n', events.OrderBy(e => e.At).Select(e => Encoding.UTF8.GetString(e.Event.Span))) + "\n";
        var inputs = InputFiles.Resolve(["-"], () => new MemoryStream(Encoding.UTF8.GetBytes(text)));
        return HistoryExplanation.Of(rules, rule)!.Run(inputs.Files, new ScanOptions { Workers = 1 }, TestContext.Current.CancellationToken);
    }
}
