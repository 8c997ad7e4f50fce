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
        catch (JsonException)
        {
            return null;
        }
    }

    // {"create":{"status":400,"error":{"type":…,"reason":…,"caused_by":{"reason":…}},"failure_store":"used"}}
    static BulkItem Item(ref Utf8JsonReader reader)
    {
        using var json = JsonDocument.ParseValue(ref reader);
        var item = json.RootElement.EnumerateObject().First().Value;
        var status = item.TryGetProperty("status", out var s) ? s.GetInt32() : 0;
        var diverted = item.TryGetProperty("failure_store", out var store) && store.GetString() is "used" or "failed";
        if (!item.TryGetProperty("error", out var error) || error.ValueKind != JsonValueKind.Object) return new BulkItem(status, diverted ? "failure_store" : null, null, diverted);
        var reason = error.TryGetProperty("reason", out var r) ? r.GetString() ?? "" : "";
        if (error.TryGetProperty("caused_by", out var cause) && cause.TryGetProperty("reason", out var deeper)) reason += ": " + deeper.GetString();
        return new BulkItem(status, error.TryGetProperty("type", out var t) ? t.GetString() : null, reason, diverted);
    }
}
