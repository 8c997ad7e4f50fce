using System.Text.Json.Serialization;

namespace AuditWatch.Server.Queries;

/// <summary>An exception made from an alert.</summary>
public sealed record ExceptionBody
{
    /// <summary>Who answers for it.</summary>
    [JsonPropertyName("owner")] public string? Owner { get; init; }
    /// <summary>Why.</summary>
    [JsonPropertyName("reason")] public string? Reason { get; init; }
    /// <summary>The day from which on it no longer holds, YYYY-MM-DD.</summary>
    [JsonPropertyName("expires")] public string? Expires { get; init; }
    /// <summary>What must be as in the alert: user, verb, resource, subresource, namespace, name, ip, agent. Default: user, verb, resource, namespace.</summary>
    [JsonPropertyName("fields")] public IReadOnlyList<string>? Fields { get; init; }
    /// <summary>Only show the document and what it would have hidden.</summary>
    [JsonPropertyName("dry_run")] public bool DryRun { get; init; }
}
