using AuditWatch.Detection.Alerts;

namespace AuditWatch.Detection.Backtest;

/// <summary>What another version of the rules changes on the same history. An alert is the same when its id is: rule and requests, whatever else was rewritten.</summary>
/// <param name="Added">Only with the later version.</param>
/// <param name="Removed">Only with the earlier one.</param>
/// <param name="Releveled">With both, at another level: as the later one has it.</param>
/// <param name="Unchanged">With both.</param>
public sealed record RuleDiff(IReadOnlyList<Alert> Added, IReadOnlyList<Alert> Removed, IReadOnlyList<Alert> Releveled, IReadOnlyList<Alert> Unchanged)
{
    /// <summary>Of two runs over one history.</summary>
    public static RuleDiff Of(IReadOnlyList<Alert> before, IReadOnlyList<Alert> after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var old = before.ToDictionary(a => a.AlertId, StringComparer.Ordinal);
        var now = after.Select(a => a.AlertId).ToHashSet(StringComparer.Ordinal);
        var both = after.Where(a => old.ContainsKey(a.AlertId)).ToLookup(a => old[a.AlertId].Level == a.Level);
        return new([.. after.Where(a => !old.ContainsKey(a.AlertId))], [.. before.Where(a => !now.Contains(a.AlertId))], [.. both[false]], [.. both[true]]);
    }

    /// <summary>By rule, the greatest change first; rules without any change are left out.</summary>
    public IReadOnlyList<(AlertRule Rule, int Added, int Removed, int Releveled, int Unchanged)> ByRule()
    {
        var counts = new Dictionary<string, (AlertRule Rule, int[] Counts)>(StringComparer.Ordinal);
        foreach (var (alerts, kind) in new[] { (Added, 0), (Removed, 1), (Releveled, 2), (Unchanged, 3) })
            foreach (var alert in alerts) (counts.TryGetValue(alert.Rule.Id, out var known) ? known : counts[alert.Rule.Id] = (alert.Rule, new int[4])).Counts[kind]++;
        return [.. counts.Values.Where(c => c.Counts[..3].Any(n => n > 0)).Select(c => (c.Rule, c.Counts[0], c.Counts[1], c.Counts[2], c.Counts[3]))
            .OrderByDescending(c => c.Item2 + c.Item3 + c.Item4).ThenBy(c => c.Rule.Name, StringComparer.Ordinal)];
    }
}
