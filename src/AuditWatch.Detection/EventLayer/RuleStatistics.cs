using System.Diagnostics;
using AuditWatch.Detection.Rules;

namespace AuditWatch.Detection.EventLayer;

/// <summary>Counts of all rules on all clusters: matches, unknowns by reason, cost. Every judge counts for itself; reading sums up.</summary>
public sealed class RuleStatistics
{
    readonly Lock _lock = new();
    readonly List<RuleCounters> _judges = [];

    internal RuleCounters Open(RuleSet rules, string cluster)
    {
        var counters = new RuleCounters(rules, cluster);
        lock (_lock) _judges.Add(counters);
        return counters;
    }

    /// <summary>The figures as they stand, by cluster and rule name.</summary>
    public IReadOnlyList<RuleFigures> Read()
    {
        RuleCounters[] judges;
        lock (_lock) judges = [.. _judges];
        return [.. judges
            .SelectMany(judge => judge.Rules.Rules.Select(rule => (judge, rule)))
            .GroupBy(x => (x.judge.Cluster, x.rule.Identity.Id))
            .Select(g => Sum(g.Key.Cluster, [.. g]))
            .OrderBy(f => f.Cluster, StringComparer.Ordinal).ThenBy(f => f.RuleName, StringComparer.Ordinal).ThenBy(f => f.RuleId, StringComparer.Ordinal)];
    }

    static RuleFigures Sum(string cluster, IReadOnlyList<(RuleCounters Judge, EventRule Rule)> parts)
    {
        var counts = parts.Select(p => p.Judge.Of(p.Rule.Index)).ToList();
        var unknown = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var bit = 0; bit < UnknownReasons.Count; bit++)
        {
            var n = parts.Sum(p => p.Judge.Unknown(p.Rule.Index, bit));
            if (n > 0) unknown[UnknownReasons.Word(bit)] = n;
        }

        var samples = counts.Sum(c => c.Samples);
        var nanoseconds = samples == 0 ? 0 : counts.Sum(c => c.Ticks) * (1e9 / Stopwatch.Frequency) / samples;
        var identity = parts[0].Rule.Identity;
        return new(identity.Id, identity.Name, cluster, counts.Sum(c => c.Matches), unknown, counts.Max(c => c.LastMatch), nanoseconds);
    }
}
