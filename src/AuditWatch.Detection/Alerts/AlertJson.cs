using System.Buffers;
using System.Text.Json;

namespace AuditWatch.Detection.Alerts;

/// <summary>An alert as JSON, byte for byte the same for the same alert: keys in the order of the contract, unknown is null, absent is a missing key.</summary>
public static class AlertJson
{
    // One line of NDJSON for people and tools: no HTML goes around it, so only what JSON itself demands is escaped, plus what is not ASCII-safe to a terminal.
    static readonly JsonWriterOptions Options = new() { Encoder = ShownText.Encoder, SkipValidation = true };

    /// <summary>The alert as UTF-8 JSON without a line end.</summary>
    public static byte[] ToUtf8(Alert alert)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        Write(alert, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes the alert as UTF-8 JSON without a line end.</summary>
    public static void Write(Alert alert, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, Options);
        Write(alert, json);
    }

    /// <summary>Writes the alert as one JSON object.</summary>
    public static void Write(Alert alert, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("alert_id", alert.AlertId);
        json.WriteString("time", EventTime.Format(alert.TimeMicros));
        if (alert.TimeSource is not null) json.WriteString("time_source", alert.TimeSource);
        json.WriteString("cluster", alert.Cluster);
        json.WriteString("level", alert.Level);
        WriteRule(alert.Rule, json);
        json.WriteString("sentence", alert.Sentence);
        WriteActor(alert.Actor, json);
        json.WriteString("verb", alert.Verb);
        if (alert.Object is not null) WriteObject(alert.Object, json);
        json.WriteString("outcome", alert.Outcome);
        WriteTexts("audit_ids", alert.AuditIds, json);
        if (alert.AuditIdsTruncated) json.WriteBoolean("audit_ids_truncated", true);
        json.WriteNumber("count", alert.Count);
        WriteEvidence(alert.Evidence, json);
        WriteMatched(alert.Matched, json);
        WriteReach(alert, json);
        json.WriteEndObject();
    }

    /// <summary>Reads what <see cref="ToUtf8"/> wrote. Throws <see cref="JsonException"/> or <see cref="FormatException"/> when it is something else.</summary>
    public static Alert Parse(ReadOnlyMemory<byte> utf8) => AlertReader.Read(utf8);

    static void WriteRule(AlertRule rule, Utf8JsonWriter json)
    {
        json.WriteStartObject("rule");
        json.WriteString("id", rule.Id);
        json.WriteString("name", rule.Name);
        json.WriteString("title", rule.Title);
        json.WriteString("revision", rule.Revision);
        WriteTexts("attack", rule.Attack, json);
        WriteTexts("tactics", rule.Tactics, json);
        json.WriteEndObject();
    }

    static void WriteActor(AlertActor actor, Utf8JsonWriter json)
    {
        json.WriteStartObject("actor");
        json.WriteString("user", actor.User);
        WriteTexts("groups", actor.Groups, json);
        json.WriteString("effective_user", actor.EffectiveUser);
        json.WriteBoolean("impersonated", actor.Impersonated);
        json.WriteString("credential_id", actor.CredentialId);
        json.WriteString("client_ip", actor.ClientIp);
        json.WriteString("user_agent", actor.UserAgent);
        json.WriteEndObject();
    }

    static void WriteObject(AlertObject target, Utf8JsonWriter json)
    {
        json.WriteStartObject("object");
        json.WriteString("api_group", target.ApiGroup);
        json.WriteString("resource", target.Resource);
        json.WriteString("subresource", target.Subresource);
        json.WriteString("namespace", target.Namespace);
        json.WriteString("name", target.Name);
        json.WriteEndObject();
    }

    static void WriteEvidence(IReadOnlyList<EvidencePosition> evidence, Utf8JsonWriter json)
    {
        json.WriteStartArray("evidence");
        foreach (var place in evidence)
        {
            json.WriteStartObject();
            if (place.File is not null)
            {
                json.WriteString("file", place.File);
                json.WriteNumber("line", place.Line);
            }
            else
            {
                json.WriteNumber("segment", place.Segment);
                json.WriteNumber("frame", place.Frame);
                json.WriteNumber("index", place.Index);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    static void WriteMatched(IReadOnlyList<AlertMatch> matched, Utf8JsonWriter json)
    {
        json.WriteStartArray("matched");
        foreach (var leaf in matched)
        {
            json.WriteStartObject();
            json.WriteString("selection", leaf.Selection);
            json.WriteString("field", leaf.Field);
            json.WriteString("value", leaf.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    static void WriteReach(Alert alert, Utf8JsonWriter json)
    {
        if (alert.GroupBy is not null)
        {
            json.WriteStartObject("group_by");
            foreach (var (field, value) in alert.GroupBy.OrderBy(g => g.Key, StringComparer.Ordinal)) json.WriteString(field, value);
            json.WriteEndObject();
        }

        if (alert.Window is not { } window) return;
        json.WriteStartObject("window");
        json.WriteString("from", EventTime.Format(window.FromMicros));
        json.WriteString("to", EventTime.Format(window.ToMicros));
        json.WriteEndObject();
    }

    static void WriteTexts(string key, IReadOnlyList<string> texts, Utf8JsonWriter json)
    {
        json.WriteStartArray(key);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
