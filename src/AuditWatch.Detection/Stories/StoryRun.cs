using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Incidents;
using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Testing;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Stories;

/// <summary>Runs the stories of a rule folder: events in time through the whole of detection, against the alerts and incidents that they must make; and what is demanded of the stories of every correlation.</summary>
public sealed class StoryRun(RuleSnapshot rules)
{
    const int BatchSize = 400;

    readonly Dictionary<string, string> _ids = Ids(rules);

    /// <summary>Runs every story.</summary>
    public IReadOnlyList<RuleTestResult> Run(string dir, ICollection<Problem> problems)
    {
        var bases = new TestEvents(dir);
        var stories = StoryFile.All(dir).SelectMany(f => StoryFile.Read(f, bases, problems)).ToList();
        return [.. stories.AsParallel().AsOrdered().SelectMany(Judge), .. rules.Correlations.All.Where(c => IsIn(dir, c.Source.File)).SelectMany(c => Demands(c.Source, stories))];
    }

    IEnumerable<RuleTestResult> Judge(ToldStory story)
    {
        var (alerts, incidents) = Tell(story);
        foreach (var (rule, count) in story.Alerts) yield return Result(rule, $"{count} alerts of {rule}", $"{alerts.Count(a => a == rule)} alerts of {rule}");
        if (story.InOrder is { } order)
        {
            var asked = order.ToHashSet(StringComparer.Ordinal);
            yield return Result(order.Count > 0 ? order[0] : "", string.Join(", ", order), string.Join(", ", alerts.Where(asked.Contains)));
        }

        if (story.Incidents is { } number) yield return Result(story.Correlation ?? "", $"{number} incidents", $"{incidents} incidents");

        RuleTestResult Result(string rule, string expected, string got) => new(
            _ids.GetValueOrDefault(rule, rule), rule, story.File, story.Line, story.It, new Dictionary<string, string>(), expected, got, [], rule.Length > 0 && !_ids.ContainsKey(rule) ? $"There is no rule, correlation or chain '{rule}'." : null);
    }

    (IReadOnlyList<string> Alerts, int Incidents) Tell(ToldStory story)
    {
        var engine = new DetectionEngine(rules, _ => new Events.Model.ClusterFacts { Profile = story.Profile });
        var (alerts, incidents, frame) = (new Dictionary<string, Alert>(StringComparer.Ordinal), new Dictionary<string, Incident>(StringComparer.Ordinal), 0);
        foreach (var records in story.Events.Chunk(BatchSize)) Keep(engine.Process(new JournaledEvents("story", 0, frame++, 0, records)));
        Keep(engine.Idle("story", new(0, frame, 0)));
        return ([.. alerts.Values.OrderBy(a => a.TimeMicros).ThenBy(a => a.Rule.Id, StringComparer.Ordinal).ThenBy(a => a.AlertId, StringComparer.Ordinal).Select(a => a.Rule.Name)], incidents.Values.Count(i => !i.IsWithdrawn));

        void Keep(State.DetectionCommit? commit)
        {
            foreach (var alert in commit?.Alerts ?? []) alerts[alert.AlertId] = alert;
            foreach (var incident in commit?.Incidents ?? []) incidents[incident.IncidentId] = incident;
        }
    }

    // As with rules: one that was never seen to speak, and to be silent, is not known to work.
    static IEnumerable<RuleTestResult> Demands(SigmaCorrelation rule, IReadOnlyList<ToldStory> stories)
    {
        yield return Demand("at least one story with an alert", stories.Any(s => (s.Alerts.TryGetValue(rule.Name, out var n) && n > 0) || s.InOrder?.Contains(rule.Name) == true));
        yield return Demand("at least two stories without an alert", stories.Count(s => s.Alerts.TryGetValue(rule.Name, out var n) && n == 0) >= 2);

        RuleTestResult Demand(string demand, bool isMet) => new(rule.Id, rule.Name, rule.File, rule.Line, demand, new Dictionary<string, string>(), "met", isMet ? "met" : "not met", [], null);
    }

    static Dictionary<string, string> Ids(RuleSnapshot rules)
    {
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var rule in rules.Rules.Concat(rules.Correlations.All.Select(c => c.Identity))) ids[rule.Name] = rule.Id;
        foreach (var chain in rules.Chains.Types) ids[rules.Chains.RuleOf(chain).Name] = Reasoning.ChainIdentity.IdOf(chain);
        return ids;
    }

    static bool IsIn(string dir, string file) => Path.GetFullPath(file).StartsWith(Path.GetFullPath(dir) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
