using System.Collections.Concurrent;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.Reasoning;

/// <summary>How often chains could not say whether they hold, and why.</summary>
sealed class BlindChains
{
    readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, long>> _counts = new(StringComparer.Ordinal);

    /// <summary>Counts by chain and reason.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>> Counts => _counts;

    public void Add(string chain, UnknownReason why)
    {
        var counts = new Dictionary<string, long>(_counts.GetValueOrDefault(chain) ?? new Dictionary<string, long>(), StringComparer.Ordinal);
        foreach (var reason in UnknownReasons.Of(why)) counts[reason] = counts.GetValueOrDefault(reason) + 1;
        _counts[chain] = counts;
    }
}
