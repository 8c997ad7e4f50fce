using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;

namespace AuditWatch.Detection.Scanning;

/// <summary>What a run found and counted.</summary>
public sealed record ScanResult
{
    /// <summary>The alerts, by (time, rule id, alert id).</summary>
    public required IReadOnlyList<Alert> Alerts { get; init; }

    /// <summary>Events judged.</summary>
    public required long Events { get; init; }

    /// <summary>Unpacked bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>What could not be read, by reason.</summary>
    public required IReadOnlyDictionary<string, long> Quarantined { get; init; }

    /// <summary>Records of a known kind that are no audit events, by category.</summary>
    public required IReadOnlyDictionary<string, long> Dropped { get; init; }

    /// <summary>Counts of all rules.</summary>
    public required RuleStatistics Statistics { get; init; }

    /// <summary>Counts of the reasoning layer; null when it did not run.</summary>
    public ReasonerFigures? Reasoning { get; init; }
}
