using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Policy;
using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Scanning;
using AuditWatch.Events.Framing;
using AuditWatch.Events.Model;
using AuditWatch.Events.Scanning;
using AuditWatch.Sigma.Evaluation;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Scenarios;

/// <summary>The simulated policy against what the real API server did under it.</summary>
public sealed class PolicyOnRecordedTraffic
{
    [Theory]
    [InlineData("metadata")]
    [InlineData("production")]
    public void Every_recorded_event_has_the_level_and_the_stage_that_the_policy_gives_it(string run)
    {
        var recording = Recording.Of(run);
        var policy = Policy(recording);
        var e = new AuditEvent(new SymbolTable());
        foreach (var json in recording.Events)
        {
            Assert.True(e.TryRead(json, default, new ClusterFacts(), 0, out _));
            var isResource = e.Ranges.Has(HotField.ObjectRef);
            var decision = policy.Decide(new AuditedRequest
            {
                User = e.UserName, Groups = e.UserGroups, Verb = e.Verb!, IsResource = isResource, Group = e.ApiGroup ?? "", Resource = e.Resource ?? "", Subresource = e.Subresource ?? "",
                Namespace = e.Namespace ?? "", Name = e.Verb == "create" && e.Subresource is null ? "" : e.Name ?? "", Path = e.RequestUri.Split('?')[0],
            });
            Assert.True(decision.Level == e.Level && !decision.Omitted.Contains(e.Stage), $"{e.AuditId} {e.Verb} {e.RequestUri}: recorded {e.Level} at {e.Stage}, simulated {decision.Level} by rule {decision.Rule}");
        }
    }

    [Theory]
    [InlineData("request")]
    [InlineData("production")]
    public void No_rule_that_is_called_blind_holds_and_none_that_is_called_live_lacks_a_level(string run)
    {
        var recording = Recording.Of(run);
        var coverage = PolicyCoverage.Of(Replay.Rules, Policy(recording)).All.Where(r => r.Kind == "rule").ToDictionary(r => r.Id);
        var file = new InputFile("audit.log", recording.Events.Count, () => new MemoryStream([.. recording.Events.SelectMany(e => e.ToArray().Append((byte)'\n'))]));
        int held = 0, lacked = 0;
        new MatchRun(Replay.Rules, new ScanOptions(), unknown: true).Run([file], match =>
        {
            var rule = coverage[match.RuleId];
            if (match.Verdict.Truth == Truth.True)
            {
                held++;
                Assert.True(rule.State is Visibility.Live or Visibility.PartlyBlind, $"{rule.Name} is called {rule.State} and holds on line {match.Line}");
            }
            else if (match.Verdict.Why.HasFlag(UnknownReason.LevelTooLow))
            {
                lacked++;
                // At the stages before the answer a policy cannot help.
                Assert.True(rule.State != Visibility.Live || match.Stage != "ResponseComplete", $"{rule.Name} is called live and is unknown({string.Join(",", UnknownReasons.Of(match.Verdict.Why))}) on line {match.Line}");
            }
        }, TestContext.Current.CancellationToken);
        Assert.True(held > 100 && lacked > 0, $"{held} held, {lacked} lacked a level");
    }

    static AuditPolicy Policy(Recording recording)
    {
        var problems = new List<Problem>();
        var file = Path.Combine(recording.Folder, "policy.yaml");
        return AuditPolicyReader.Read(file, File.ReadAllText(file), problems) ?? throw new InvalidOperationException(string.Join('\n', problems));
    }
}
