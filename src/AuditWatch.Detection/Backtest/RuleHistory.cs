using AuditWatch.Detection.Alerts;

namespace AuditWatch.Detection.Backtest;

/// <summary>What a rule would have alerted on in a history.</summary>
/// <param name="Rule">The rule, correlation or chain.</param>
/// <param name="Level">Its level.</param>
/// <param name="Alerts">How many alerts.</param>
/// <param name="Events">How much evidence they join.</param>
/// <param name="Actors">Who caused them, most first.</param>
/// <param name="Namespaces">Where, most first; "" for what lies in none.</param>
/// <param name="Samples">The first, and others evenly spread.</param>
public sealed record RuleHistory(
    AlertRule Rule, string Level, int Alerts, long Events, IReadOnlyList<(string Name, int Alerts)> Actors, IReadOnlyList<(string Name, int Alerts)> Namespaces, IReadOnlyList<Alert> Samples)
{
    /// <summary>By rule, the loudest first.</summary>
    public static IReadOnlyList<RuleHistory> Of(IReadOnlyList<Alert> alerts, int samples) =>
    [
        .. alerts.GroupBy(a => a.Rule.Id, StringComparer.Ordinal).Select(g => Of([.. g], samples))
            .OrderByDescending(r => r.Alerts).ThenBy(r => r.Rule.Name, StringComparer.Ordinal),
    ];

    /// <summary>Who caused the alerts, most first.</summary>
    public static IReadOnlyList<(string Name, int Alerts)> ActorsOf(IEnumerable<Alert> alerts) => Counted(alerts.Select(a => a.Actor.EffectiveUser ?? a.Actor.User ?? ""));

    /// <summary>Where, most first.</summary>
    public static IReadOnlyList<(string Name, int Alerts)> NamespacesOf(IEnumerable<Alert> alerts) => Counted(alerts.Select(a => a.Object?.Namespace ?? ""));

    static RuleHistory Of(List<Alert> alerts, int samples) =>
        new(alerts[0].Rule, alerts[0].Level, alerts.Count, alerts.Sum(a => a.Count), ActorsOf(alerts), NamespacesOf(alerts), Spread(alerts, samples));

    static List<Alert> Spread(List<Alert> alerts, int most) =>
        alerts.Count <= most ? alerts : [.. Enumerable.Range(0, most).Select(i => alerts[(int)((long)i * alerts.Count / most)])];

    static List<(string, int)> Counted(IEnumerable<string> names) =>
        [.. names.GroupBy(n => n, StringComparer.Ordinal).Select(g => (g.Key, g.Count())).OrderByDescending(g => g.Item2).ThenBy(g => g.Key, StringComparer.Ordinal)];
}
