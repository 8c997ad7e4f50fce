using System.Globalization;
using System.Text;
using AuditWatch.Detection.Alerts;

namespace AuditWatch.Scenarios;

/// <summary>What the shipped rules and chains find on the recordings, and what they say of requests that are no attack, as Markdown.</summary>
static class Measured
{
    /// <summary>The runs, by how much the audit policy recorded.</summary>
    public static readonly string[] Runs = ["metadata", "request", "requestresponse", "production", "extra", "truncation"];

    public static string Table()
    {
        var runs = Runs.Select(name => new Run(name)).ToList();
        var page = new StringBuilder("""
            # What is found on recorded attacks

            Real traffic of Kubernetes 1.36.3 with labelled attacks, judged by the shipped rules and chains with nothing configured. Written by `tests/AuditWatch.Scenarios/MeasuredTests.cs`;
            a test fails when this page is no longer what the rules do. `metadata`, `request`, `requestresponse` name the audit level of everything; `production` is a policy like a managed
            service's; `extra` and `truncation` are shorter runs. An alert counts for a scenario when one of its requests is one of the scenario's own, or what controllers did in consequence.

            ## Scenarios found


            """);
        page.AppendLine("| run | events | found | not found | alerts | of them on attacks | around attacks | on look-alikes | on other requests |").AppendLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var run in runs)
            page.AppendLine(CultureInfo.InvariantCulture, $"| {run.Name} | {run.Events} | {run.Found.Count} of {run.Scenarios.Count} | {string.Join(' ', run.Scenarios.Except(run.Found).Order(StringComparer.Ordinal))} | {run.Alerts.Count} | {run.OnAttacks.Count} | {run.Around.Count} | {run.OnLookalikes.Count} | {run.OnOthers.Count} |");

        page.AppendLine().AppendLine("## Which rule finds what").AppendLine();
        page.AppendLine($"| rule | {string.Join(" | ", Runs)} |").AppendLine($"|---|{string.Concat(Runs.Select(_ => "---|"))}");
        foreach (var rule in runs.SelectMany(r => r.Alerts).Select(a => a.Rule.Name).Distinct().Order(StringComparer.Ordinal))
            page.AppendLine($"| {rule} | {string.Join(" | ", runs.Select(r => r.FoundBy(rule)))} |");

        page.AppendLine().AppendLine("## Alerts on requests that no label of an attack names").AppendLine();
        page.AppendLine("Look-alikes are named; everything else is everyday traffic. Each is a false alert unless the behaviour is worth knowing whoever shows it.").AppendLine();
        page.AppendLine("| rule | level | run | alerts | look-alikes | who |").AppendLine("|---|---|---|---|---|---|");
        foreach (var run in runs)
        {
            foreach (var rule in run.OnLookalikes.Concat(run.OnOthers).GroupBy(a => a.Rule.Name).OrderBy(g => g.Key, StringComparer.Ordinal))
            {
                var alikes = rule.SelectMany(run.LookalikesOf).Distinct().Order(StringComparer.Ordinal);
                var who = rule.Select(a => a.Actor.EffectiveUser ?? a.Actor.User ?? "(nobody)").Distinct().Order(StringComparer.Ordinal).Take(3);
                page.AppendLine(CultureInfo.InvariantCulture, $"| {rule.Key} | {rule.First().Level} | {run.Name} | {rule.Count()} | {string.Join(' ', alikes)} | {string.Join(' ', who)} |");
            }
        }
        return page.ToString().ReplaceLineEndings("\n");
    }

    sealed class Run
    {
        readonly Recording _recording;
        readonly Dictionary<string, HashSet<string>> _attacks = [];
        readonly Dictionary<string, HashSet<string>> _around = [];
        readonly Dictionary<string, HashSet<string>> _lookalikes = [];

        public Run(string name)
        {
            Name = name;
            _recording = Recording.Of(name);
            foreach (var label in _recording.Labels)
            {
                if (label.kind == "benign_lookalike") Note(_lookalikes, label.audit_ids, label.id);
                else
                {
                    Note(_attacks, label.audit_ids.Concat(label.consequence_ids ?? []), label.id);
                    Note(_around, (label.context_ids ?? []).Concat(label.cleanup_ids ?? []), label.id);
                }
            }
            Scenarios = [.. _recording.Labels.Where(l => l.kind != "benign_lookalike").Select(l => l.id)];
            Alerts = Replay.Run(_recording.Events).Alerts;
            OnAttacks = [.. Alerts.Where(a => Touches(a, _attacks))];
            Around = [.. Alerts.Except(OnAttacks).Where(a => Touches(a, _around))];
            OnLookalikes = [.. Alerts.Except(OnAttacks).Except(Around).Where(a => Touches(a, _lookalikes))];
            OnOthers = [.. Alerts.Except(OnAttacks).Except(Around).Except(OnLookalikes)];
            Found = [.. OnAttacks.SelectMany(a => Of(a, _attacks)).Distinct()];
        }

        public string Name { get; }

        public int Events => _recording.Events.Count;

        public IReadOnlyList<string> Scenarios { get; }

        public IReadOnlyList<Alert> Alerts { get; }

        public IReadOnlyList<Alert> OnAttacks { get; }

        public IReadOnlyList<Alert> Around { get; }

        public IReadOnlyList<Alert> OnLookalikes { get; }

        public IReadOnlyList<Alert> OnOthers { get; }

        public HashSet<string> Found { get; }

        public string FoundBy(string rule) => string.Join(' ', OnAttacks.Where(a => a.Rule.Name == rule).SelectMany(a => Of(a, _attacks)).Distinct().Order(StringComparer.Ordinal));

        public IEnumerable<string> LookalikesOf(Alert alert) => Of(alert, _lookalikes);

        static void Note(Dictionary<string, HashSet<string>> map, IEnumerable<string> ids, string scenario)
        {
            foreach (var id in ids)
            {
                if (!map.TryGetValue(id, out var scenarios)) map[id] = scenarios = [];
                scenarios.Add(scenario);
            }
        }

        static bool Touches(Alert alert, Dictionary<string, HashSet<string>> map) => alert.AuditIds.Any(map.ContainsKey);

        static IEnumerable<string> Of(Alert alert, Dictionary<string, HashSet<string>> map) => alert.AuditIds.SelectMany(id => map.GetValueOrDefault(id, []));
    }
}
