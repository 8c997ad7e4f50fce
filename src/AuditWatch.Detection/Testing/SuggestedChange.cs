using System.Text.Json.Nodes;

namespace AuditWatch.Detection.Testing;

/// <summary>A change of an event: by its name in <c>traces/changes.yml</c>, or by what it sets.</summary>
public sealed record SuggestedChange(string? Name, JsonObject With);
