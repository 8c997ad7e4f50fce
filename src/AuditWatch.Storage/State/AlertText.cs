using System.Text.Json;
using AuditWatch.Detection.Alerts;

namespace AuditWatch.Storage.State;

/// <summary>An alert as one text column.</summary>
internal static class AlertText
{
    static readonly JsonSerializerOptions Options = new() { IncludeFields = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static string Write(Alert alert) => JsonSerializer.Serialize(alert, Options);

    public static Alert Read(string json) => JsonSerializer.Deserialize<Alert>(json, Options)!;
}
