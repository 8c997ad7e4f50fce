using System.Text.Json;

namespace AuditWatch.Storage.Elasticsearch;

/// <summary>The answer to a <c>_bulk</c> request, item by item.</summary>
internal readonly record struct BulkItem(int Status, string? ErrorType, string? Reason, bool WentToFailureStore)
{
    public bool IsIndexed => Status is 200 or 201 && !WentToFailureStore;

    public bool IsDuplicate => Status == 409;

    /// <summary>The document itself is the fault: sending it again changes nothing. A stream that is missing or blocked, a right, a full queue, a pipeline can be put right.</summary>
    public bool IsRefused => Status is 413 || (Status is 400 && !IsOfTheCluster) || (WentToFailureStore && Status is 200 or 201);

    // Too many shards, a pipeline that is named and not there: 400 as well.
    bool IsOfTheCluster => ErrorType == "validation_exception" || Reason?.Contains("pipeline with id", StringComparison.Ordinal) == true;

    /// <summary>Reads the items; null when the answer is not whole, or not about as many documents as were sent.</summary>
    public static List<BulkItem>? Read(ReadOnlySpan<byte> answer, int sent)
    {
        try
        {
            var items = new List<BulkItem>(sent);
            var reader = new Utf8JsonReader(answer);
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1 || !reader.ValueTextEquals("items"u8)) continue;
                reader.Read();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) items.Add(Item(ref reader));
            }
            return items.Count == sent ? items : null;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    // {"create":{"status":400,"error":{"type":…,"reason":…,"caused_by":{"reason":…}},"failure_store":"used"}}: thousands in an answer, nearly all with nothing but a status.
    static BulkItem Item(ref Utf8JsonReader reader)
    {
        var (status, diverted) = (0, false);
        (string? Type, string Reason)? error = null;
        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != depth + 2) continue;
            if (reader.ValueTextEquals("status"u8))
            {
                reader.Read();
                if (!reader.TryGetInt32(out status)) throw new JsonException();
            }
            else if (reader.ValueTextEquals("failure_store"u8))
            {
                reader.Read();
                diverted = reader.ValueTextEquals("used"u8) || reader.ValueTextEquals("failed"u8);
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                error = Error(ref reader);
            }
        }
        return new BulkItem(status, error is { } why ? why.Type : diverted ? "failure_store" : null, error?.Reason, diverted);
    }

    static (string? Type, string Reason)? Error(ref Utf8JsonReader reader)
    {
        using var json = JsonDocument.ParseValue(ref reader);
        if (json.RootElement is not { ValueKind: JsonValueKind.Object } error) return null;
        var reason = error.TryGetProperty("reason", out var r) ? r.GetString() ?? "" : "";
        if (error.TryGetProperty("caused_by", out var cause) && cause.TryGetProperty("reason", out var deeper)) reason += ": " + deeper.GetString();
        return (error.TryGetProperty("type", out var t) ? t.GetString() : null, reason);
    }
}
