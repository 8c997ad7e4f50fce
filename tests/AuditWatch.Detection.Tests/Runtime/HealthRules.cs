using System.Text;
using System.Text.Json;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Runtime;
using AuditWatch.Events.Health;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Parsing;
using AuditWatch.Testing;
using Xunit;

namespace AuditWatch.Detection.Tests.Runtime;

/// <summary>The rules for AuditWatch's own view, each with its cases in <c>detections/health/cases.ndjson</c>.</summary>
public sealed class HealthRules
{
    static readonly string s_detections = Path.Combine(Checkout.Root, "detections");
    static readonly Lazy<(RuleSnapshot Rules, List<Problem> Problems)> s_shipped = new(() =>
    {
        var problems = new List<Problem>();
        return (RuleSnapshot.Load(new RuleSources { RuleDirs = [Path.Combine(s_detections, "health"), Path.Combine(s_detections, "falco")], Profiles = ["vanilla"] }, problems), problems);
    });

    static IReadOnlyList<JsonElement> Cases { get; } = [.. File.ReadLines(Path.Combine(s_detections, "health", "cases.ndjson")).Select(l => JsonElement.Parse(l))];

    [Fact]
    public void Every_rule_loads_and_has_a_case_that_fires_and_one_that_stays_silent()
    {
        var (rules, problems) = s_shipped.Value;
        Assert.DoesNotContain(problems, p => p.File.Contains("/health/", StringComparison.Ordinal));
        Assert.Equal(Directory.GetFiles(Path.Combine(s_detections, "health"), "*.yml").Length, rules.Health.Count);
        foreach (var rule in rules.Health)
        {
            var expected = Cases.Where(c => c.GetProperty("rule").GetString() == rule.Identity.Name).Select(c => c.GetProperty("expect").GetString()).ToList();
            Assert.Contains("fire", expected);
            Assert.Contains("silent", expected);
        }
    }

    [Fact]
    public void Every_case_is_answered_as_expected()
    {
        var rules = s_shipped.Value.Rules.Health.ToDictionary(r => r.Identity.Name);
        var judge = new HealthJudge([], "prod");
        foreach (var one in Cases)
        {
            using var fact = HealthRecord.TryRead(Encoding.UTF8.GetBytes(one.GetProperty("fact").GetRawText()));
            var truth = judge.Ask(rules[one.GetProperty("rule").GetString()!], fact!);
            var expected = one.GetProperty("expect").GetString();
            Assert.True((truth.ToString(), expected) is ("True", "fire") or ("False", "silent"), $"{one.GetProperty("rule")}, {one.GetProperty("it")}: {truth}, but {expected} was expected");
        }
    }

    [Fact]
    public void A_rule_that_asks_for_a_field_that_no_fact_has_is_named_with_the_fields_that_there_are()
    {
        Assert.False(HealthFieldSchema.Instance.TryBind("silent_minutes", out _, out var problem));
        Assert.Contains("silent_seconds", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_silence_is_one_alert_with_one_id_in_every_replay_and_another_silence_is_another()
    {
        var fact = Silence(1_795_568_400_000_000);
        var alert = Assert.Single(Engine().ProcessHealth(Frame(fact))!.Alerts);
        Assert.Equal(("cluster-silent", "high", fact.Sentence), (alert.Rule.Name, alert.Level, alert.Sentence));
        Assert.Equal([fact.Id], alert.AuditIds);
        Assert.Equal(fact.TimeMicros, alert.TimeMicros);
        Assert.Equal(EvidencePosition.Journal(0, 4, 0), Assert.Single(alert.Evidence));
        // Said later, elsewhere, in other words: the same silence.
        var again = fact with { TimeMicros = fact.TimeMicros + 5_000_000, Sentence = "…" };
        Assert.Equal(alert.AlertId, Assert.Single(Engine().ProcessHealth(Frame(again) with { Frame = 9 })!.Alerts).AlertId);
        Assert.NotEqual(alert.AlertId, Assert.Single(Engine().ProcessHealth(Frame(Silence(1_795_568_400_000_001)))!.Alerts).AlertId);
        // Whoever ends it finds the alert by the fact alone.
        Assert.Contains(alert.AlertId, Engine().HealthAlertIds("prod", fact.Id, fact.SinceMicros));
    }

    [Fact]
    public void Rules_for_our_own_view_are_not_asked_about_audit_events_nor_about_Falco()
    {
        var rules = s_shipped.Value.Rules;
        var health = rules.Health.Select(r => r.Identity.Id).ToHashSet();
        Assert.NotEmpty(health);
        Assert.NotEmpty(rules.Falco);
        Assert.Empty(rules.Rules);
        Assert.DoesNotContain(rules.Falco, r => health.Contains(r.Identity.Id));
    }

    static DetectionEngine Engine() => new(s_shipped.Value.Rules, name => new ClusterFacts { Name = name });

    static JournaledEvents Frame(HealthFact fact) => new("prod", 0, 4, fact.TimeMicros, [fact.ToJson()]);

    static HealthFact Silence(long since) => new(HealthFact.Silent, "prod", "webhook", "10.0.0.5", since, since + 400_000_000, "Nothing has come from API server 10.0.0.5 of cluster prod for 400 s")
    {
        Details = new Dictionary<string, object> { ["silent_seconds"] = 400L, ["cluster_silent"] = true, ["others_speaking"] = 0 },
    };
}
