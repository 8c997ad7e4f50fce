using AuditWatch.Detection.Alerts;
using AuditWatch.Testing;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace AuditWatch.Scenarios;

/// <summary>The attacks of <c>detections/traces/attacks.yml</c>, as they were recorded.</summary>
public sealed class RecordedAttacks
{
    static readonly string[] Weighty = ["medium", "high", "critical"];

    static readonly Lazy<IReadOnlyList<Attack>> Attacks = new(() =>
        new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).Build().Deserialize<List<Attack>>(File.ReadAllText(Path.Combine(Checkout.Root, "detections", "traces", "attacks.yml"))));

    [Theory, InlineData("requestresponse"), InlineData("request"), InlineData("production")]
    public void Every_attack_raises_its_alerts_in_order_and_they_are_one_incident(string run)
    {
        var recording = Recording.Of(run);
        var (_, alerts, incidents) = Replay.RunWhole(recording.Events);
        var incidentOf = incidents.SelectMany(i => i.Steps.Select(s => (s.AlertId, i.IncidentId))).ToDictionary(x => x.AlertId, x => x.IncidentId);
        Assert.True(Attacks.Value.Count >= 15);
        foreach (var attack in Attacks.Value.Where(a => !a.NotIn.Contains(run)))
        {
            var label = Assert.Single(recording.Labels, l => l.id == attack.Scenario);
            var own = label.audit_ids.Concat(label.consequence_ids ?? []).ToHashSet();
            var found = new List<Alert>();
            foreach (var rule in attack.Alerts)
            {
                var alert = alerts.FirstOrDefault(a => a.Rule.Name == rule && a.AuditIds.Any(own.Contains) && a.TimeMicros >= (found.Count == 0 ? 0 : found[^1].TimeMicros));
                Assert.True(alert is not null, $"{run} {attack.Scenario}: no alert of {rule} after {(found.Count == 0 ? "the beginning" : found[^1].Rule.Name)}. There are: {string.Join(' ', alerts.Where(a => a.AuditIds.Any(own.Contains)).Select(a => a.Rule.Name))}");
                Assert.Contains(alert.Level, Weighty);
                found.Add(alert);
            }

            if (found.Count < 2) continue;
            var cases = found.Select(a => incidentOf.GetValueOrDefault(a.AlertId, $"none for {a.Rule.Name}")).Distinct().ToList();
            Assert.True(cases.Count == 1, $"{run} {attack.Scenario}: its alerts are in {string.Join(", ", cases)}.");
        }
    }

    [Theory, InlineData("requestresponse"), InlineData("request"), InlineData("production"), InlineData("metadata"), InlineData("extra")]
    public void Nothing_else_of_medium_or_above_is_told_and_no_bystander_is_drawn_into_an_incident(string run)
    {
        var recording = Recording.Of(run);
        var (_, alerts, incidents) = Replay.RunWhole(recording.Events);
        var others = alerts.Where(a => Weighty.Contains(a.Level) && !a.AuditIds.Any(id => recording.AttacksOf(id).Count > 0)).Select(a => $"{a.Rule.Name} by {a.Actor.User}: {a.Sentence}").ToList();
        Assert.True(others.Count == 0, string.Join('\n', others));
        // The platform team repairs what the attacker broke: an incident of its own, never part of the attacker's.
        var cleaners = recording.Labels.Where(l => l.kind != "benign_lookalike").SelectMany(l => l.cleanup_ids ?? []).ToHashSet();
        var byId = alerts.ToDictionary(a => a.AlertId);
        foreach (var incident in incidents.Where(i => i.Actors.Contains("dave")))
            Assert.DoesNotContain(incident.Steps, s => byId[s.AlertId] is { Actor.User: "carol" or "erin" or "alice", Level: not "low" } alert && alert.AuditIds.All(cleaners.Contains));
    }

    sealed class Attack
    {
        public string Scenario { get; set; } = "";
        public string Story { get; set; } = "";
        public List<string> Alerts { get; set; } = [];
        public List<string> NotIn { get; set; } = [];
    }
}
