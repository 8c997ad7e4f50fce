using System.Text.Json.Serialization;

namespace AuditWatch.Server.Queries;

/// <summary>What is joined to an incident, or parted from it.</summary>
public sealed record IncidentBody
{
    /// <summary>Merge: the incidents that are part of this one.</summary>
    [JsonPropertyName("incidents")] public IReadOnlyList<string>? Incidents { get; init; }
    /// <summary>Split: the alerts that are none of its steps.</summary>
    [JsonPropertyName("alerts")] public IReadOnlyList<string>? Alerts { get; init; }
    /// <summary>Why.</summary>
    [JsonPropertyName("note")] public string? Note { get; init; }
    /// <summary>Who does it; default: what is known of the caller.</summary>
    [JsonPropertyName("by")] public string? By { get; init; }
}
