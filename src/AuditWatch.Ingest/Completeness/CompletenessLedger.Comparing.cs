using System.Text.Json;
using AuditWatch.Events.Health;

namespace AuditWatch.Ingest.Completeness;

// The API servers' own counters, beside ours.
public sealed partial class CompletenessLedger
{
    /// <summary>How a reading of the counters names itself, so that its own audit events are known.</summary>
    public const string UserAgent = "auditwatch-completeness";

    readonly Dictionary<string, CounterComparison> _comparisons = new(StringComparer.Ordinal);

    /// <summary>Takes what a cluster's API servers say of their own audit events.</summary>
    public void Compare(string cluster, CounterReading reading)
    {
        lock (_gate)
        {
            var lost = ComparisonOf(cluster, options(cluster)).Take(reading);
            foreach (var (plugin, events) in lost)
                AddCounted(HealthFact.LostThere, cluster, reading.ToMicros, $"API servers of cluster {cluster} say that they lost {events} audit events ({Meaning(plugin)})",
                    new() { ["lost"] = events, ["plugin"] = plugin });
        }
    }

    /// <summary>They could not be asked.</summary>
    public void CannotCompare(string cluster, string error)
    {
        lock (_gate) ComparisonOf(cluster, options(cluster)).Error = error;
    }

    /// <summary>How the comparison of a cluster stands; null where nothing is compared.</summary>
    public ComparisonView? ReadComparison(string cluster, long nowMicros)
    {
        lock (_gate) return _comparisons.GetValueOrDefault(cluster)?.View(nowMicros);
    }

    /// <summary>Whether a comparison's beginning should be saved now.</summary>
    public bool IsSaveDue(long nowMicros)
    {
        lock (_gate) return _comparisons.Values.Any(c => c.IsSaveDue(nowMicros));
    }

    /// <summary>The comparisons, for the saved state.</summary>
    public IReadOnlyList<(string Cluster, byte[] Saved)> SaveComparisons(long nowMicros)
    {
        lock (_gate) return [.. _comparisons.Select(c => (c.Key, JsonSerializer.SerializeToUtf8Bytes(c.Value.Saved(nowMicros))))];
    }

    /// <summary>Takes over saved comparisons. Once, before anything else. One that cannot be read begins anew.</summary>
    public void RestoreComparisons(IEnumerable<(string Cluster, byte[] Saved)> saved)
    {
        lock (_gate)
        {
            foreach (var (cluster, json) in saved)
            {
                try
                {
                    if (JsonSerializer.Deserialize<CounterComparison>(json) is not { } comparison) continue;
                    comparison.OnItsWay = OnItsWay(options(cluster));
                    _comparisons[cluster] = comparison;
                }
                catch (JsonException)
                {
                    // Written by another version.
                }
            }
        }
    }

    void LookAtCounters(long now)
    {
        foreach (var (cluster, comparison) in _comparisons)
        {
            if (comparison.Look(now) is not { } found) continue;
            AddCounted(HealthFact.Missing, cluster, found.AsOfMicros,
                $"{found.Missing} audit events of cluster {cluster} never came: its API servers counted {found.Says} and {found.Have} of them are here, minutes after they would have given up",
                new() { ["missing"] = found.Missing, ["api_server_says"] = found.Says, ["we_have"] = found.Have });
        }
    }

    void AddCounted(string kind, string cluster, long since, string sentence, Dictionary<string, object> details) =>
        _facts.Add(new HealthFact(kind, cluster, "counters", details.TryGetValue("plugin", out var plugin) ? (string)plugin : "", since, since, sentence) { Details = details });

    CounterComparison ComparisonOf(string cluster, CompletenessOptions asked)
    {
        if (!_comparisons.TryGetValue(cluster, out var comparison)) _comparisons.Add(cluster, comparison = new CounterComparison { OnItsWay = OnItsWay(asked) });
        return comparison;
    }

    static long OnItsWay(CompletenessOptions asked) => 2 * (asked.CountersEvery ?? TimeSpan.FromSeconds(30)).Ticks / TimeSpan.TicksPerMicrosecond;

    static string Meaning(string plugin) => plugin switch
    {
        "buffered" => "buffered: more came than its buffer holds",
        "webhook" => "webhook: its tries to deliver them were used up",
        "truncate" => "truncate: too large",
        _ => plugin,
    };
}
