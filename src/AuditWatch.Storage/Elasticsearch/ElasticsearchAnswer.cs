using System.Text.Json;

namespace AuditWatch.Storage.Elasticsearch;

/// <summary>What came back for one request; without a status when nothing did.</summary>
/// <param name="Status">HTTP status; 0: none.</param>
/// <param name="Body">The body.</param>
/// <param name="Failure">Why nothing came back.</param>
internal sealed record ElasticsearchAnswer(int Status, ReadOnlyMemory<byte> Body, string? Failure)
{
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>The body as JSON; undefined when it is none.</summary>
    public JsonElement Json
    {
        get
        {
            try
            {
                return JsonDocument.Parse(Body).RootElement;
            }
            catch (JsonException)
            {
                return default;
            }
        }
    }

    /// <summary>The error's type and reason, as Elasticsearch words them.</summary>
    public (string Type, string Reason) Error
    {
        get
        {
            if (Json is not { ValueKind: JsonValueKind.Object } json || !json.TryGetProperty("error", out var error)) return ("", Failure ?? $"status {Status}");
            if (error.ValueKind == JsonValueKind.String) return ("", error.GetString()!);
            var type = error.TryGetProperty("type", out var t) ? t.GetString() ?? "" : "";
            var reason = error.TryGetProperty("reason", out var r) ? r.GetString() ?? "" : "";
            for (var cause = error; cause.ValueKind == JsonValueKind.Object && cause.TryGetProperty("caused_by", out cause);)
                if (cause.TryGetProperty("reason", out var deeper) && deeper.GetString() is { } more && !reason.Contains(more, StringComparison.Ordinal)) reason += ": " + more;
            return (type, reason);
        }
    }
}
