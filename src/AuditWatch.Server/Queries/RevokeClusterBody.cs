using System.Text.Json.Serialization;

namespace AuditWatch.Server.Queries;

/// <summary>Which of a cluster's tokens are taken back.</summary>
public sealed record RevokeClusterBody
{
    /// <summary>Those made longer ago than this duration, such as 1h; null: all.</summary>
    [JsonPropertyName("older_than")] public string? OlderThan { get; init; }
}
