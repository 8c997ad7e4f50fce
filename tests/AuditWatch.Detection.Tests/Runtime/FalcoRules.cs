using System.Text;
using System.Text.Json;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Runtime;
using AuditWatch.Events.Falco;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Parsing;
using AuditWatch.Testing;
using Xunit;

namespace AuditWatch.Detection.Tests.Runtime;

/// <summary>The rules for alerts of Falco, each with its cases in <c>detections/falco/cases.ndjson</c>.</summary>
public sealed class FalcoRules
{
    static readonly string s_detections = Path.Combine(Checkout.Root, "detections");
    static readonly Lazy<(RuleSnapshot Rules, List<Problem> Problems)> s_shipped = new(() =>
    {
        var problems = new List<Problem>();
        return (RuleSnapshot.Load(new RuleSources { RuleDirs = [s_detections], Chains = true, Profiles = ["vanilla"] }, problems), problems);
    });

    static IReadOnlyList<JsonElement> Cases { get; } = [.. File.ReadLines(Path.Combine(s_detections, "falco", "cases.ndjson")).Select(l => JsonElement.Parse(l))];

    [Fact]
    public void Every_rule_loads_and_has_a_case_that_fires_and_one_that_stays_silent()
    {
        var (rules, problems) = s_shipped.Value;
        Assert.DoesNotContain(problems, p => p.File.Contains("/falco/", StringComparison.Ordinal));
        Assert.Equal(Directory.GetFiles(Path.Combine(s_detections, "falco"), "*.yml").Length, rules.Falco.Count);
        foreach (var rule in rules.Falco)
        {
            var expected = Cases.Where(c => c.GetProperty("rule").GetString() == rule.Identity.Name).Select(c => c.GetProperty("expect").GetString()).ToList();
            Assert.Contains("fire", expected);
            Assert.Contains("silent", expected);
        }
    }

    [Fact]
    public void Every_case_is_answered_as_expected()
    {
        var rules = s_shipped.Value.Rules.Falco.ToDictionary(r => r.Identity.Name);
        var judge = new FalcoJudge([], "prod");
        foreach (var one in Cases)
        {
            using var alert = FalcoAlert.TryRead(Encoding.UTF8.GetBytes(one.GetProperty("alert").GetRawText()), out _, out var detail);
            Assert.True(alert is not null, detail);
            var truth = judge.Ask(rules[one.GetProperty("rule").GetString()!], alert);
            var expected = one.GetProperty("expect").GetString();
            Assert.True((truth.ToString(), expected) is ("True", "fire") or ("False", "silent") or ("Unknown", "unknown"), $"{one.GetProperty("rule")}, {one.GetProperty("it")}: {truth}, but {expected} was expected");
        }
    }

    [Fact]
    public void An_alert_of_Falco_becomes_one_of_ours_with_its_pod_and_place_and_only_once()
    {
        var engine = new DetectionEngine(s_shipped.Value.Rules, name => new ClusterFacts { Name = name });
        var falco = Cases.Single(c => c.GetProperty("it").GetString() == "printed with cat").GetProperty("alert").GetRawText();
        var events = new JournaledEvents("prod", 0, 4, 1_795_568_524_000_000, [Encoding.UTF8.GetBytes(falco)]);
        var alert = Assert.Single(engine.ProcessFalco(events)!.Alerts);
        Assert.Equal("falco-service-account-token-read", alert.Rule.Name);
        Assert.Equal("Falco saw \"Read sensitive file untrusted\" in Pod prod/web-1, container web: cat /var/run/secrets/kubernetes.io/serviceaccount/token (as root)", alert.Sentence);
        Assert.Equal(EvidencePosition.Journal(0, 4, 0), Assert.Single(alert.Evidence));
        Assert.Equal(1_795_568_523_456_789, alert.TimeMicros);
        var again = engine.ProcessFalco(events with { Frame = 5 })!;
        Assert.All(again.Alerts, a => Assert.Equal(alert.AlertId, a.AlertId));
    }

    [Fact]
    public void Rules_for_Falco_are_not_asked_about_audit_events_and_those_not_about_Falco()
    {
        var rules = s_shipped.Value.Rules;
        var falco = rules.Falco.Select(r => r.Identity.Id).ToHashSet();
        Assert.DoesNotContain(rules.Rules, r => falco.Contains(r.Id));
        Assert.All(rules.Falco, r => Assert.Equal("falco", r.Compiled.Source.LogSource.Product));
    }
}
