using System.Buffers;
using System.Text;
using System.Text.Json;
using AuditWatch.Events.Model;

namespace AuditWatch.Events.Envelopes;

/// <summary>A row of the Log Analytics tables AKSAudit and AKSAuditAdmin, which have one column for each member of the event, put together again.</summary>
static class LogAnalyticsRow
{
    // In the order in which Kubernetes writes them.
    static readonly (string Column, string Member, bool IsJson)[] Columns =
    [
        ("Level", "level", false), ("AuditId", "auditID", false), ("Stage", "stage", false), ("RequestUri", "requestURI", false), ("Verb", "verb", false),
        ("User", "user", true), ("ImpersonatedUser", "impersonatedUser", true), ("SourceIps", "sourceIPs", true), ("UserAgent", "userAgent", false),
        ("ObjectRef", "objectRef", true), ("ResponseStatus", "responseStatus", true), ("RequestObject", "requestObject", true),
        ("ResponseObject", "responseObject", true), ("RequestReceivedTime", "requestReceivedTimestamp", false), ("StageReceivedTime", "stageTimestamp", false),
        ("Annotations", "annotations", true),
    ];

    public static Conversion TryConvert(JsonElement record, IBufferWriter<byte> json, out long timeMicros, out string detail)
    {
        detail = "The row has no AuditId or no Stage.";
        timeMicros = GkeLogEntry.Micros(record, "TimeGenerated"u8);
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("kind"u8, "Event"u8);
            writer.WriteString("apiVersion"u8, "audit.k8s.io/v1"u8);
            foreach (var (column, member, isJson) in Columns)
                if (record.TryGetProperty(column, out var value)) Write(writer, member, value, isJson);
            writer.WriteEndObject();
        }

        return Conversion.Done;
    }

    // Dynamic columns come as JSON, or as text that holds JSON; empty ones as an empty text or null.
    static void Write(Utf8JsonWriter writer, string member, JsonElement value, bool isJson)
    {
        if (value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined) return;
        if (value.ValueKind != JsonValueKind.String)
        {
            writer.WritePropertyName(member);
            value.WriteTo(writer);
            return;
        }

        var text = Encoding.UTF8.GetString(Plain(value));
        if (text.Length == 0) return;
        if (!isJson) writer.WriteString(member, text);
        else if (TryParse(text)) { writer.WritePropertyName(member); writer.WriteRawValue(text, skipInputValidation: true); }
        else writer.WriteString(member, text);
    }

    static byte[] Plain(JsonElement text)
    {
        var raw = System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(text)[1..^1];
        var plain = new byte[raw.Length];
        return plain[..JsonText.Unescape(raw, plain)];
    }

    static bool TryParse(string text)
    {
        try
        {
            using var parsed = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 128 });
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
