using System.Text.Json.Serialization;

namespace AuditWatch.Server.Queries;

/// <summary>An API token to be made.</summary>
public sealed record TokenBody
{
    /// <summary>The principal that it speaks for: a person, or a program.</summary>
    [JsonPropertyName("name")] public string? Name { get; init; }
    /// <summary>Roles, each alone or with a cluster: viewer, analyst:prod.</summary>
    [JsonPropertyName("roles")] public IReadOnlyList<string>? Roles { get; init; }
    /// <summary>From when on it is worth nothing: RFC 3339, or a duration from now. Default 90d; never: it does not end.</summary>
    [JsonPropertyName("expires")] public string? Expires { get; init; }
}
