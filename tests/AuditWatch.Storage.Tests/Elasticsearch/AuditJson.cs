using System.Buffers;
using System.Globalization;
using System.Text.Json;
using AuditWatch.Storage.Index;

namespace AuditWatch.Storage.Tests.Elasticsearch;

/// <summary>The audit event of which a row would be made.</summary>
internal static class AuditJson
{
    public static byte[] Of(EventRow row)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("kind", "Event");
            json.WriteString("level", row.Level);
            json.WriteString("auditID", row.AuditId);
            json.WriteString("stage", row.Stage);
            json.WriteString("requestURI", row.RequestUri);
            json.WriteString("verb", row.Verb);
            json.WriteStartObject("user");
            json.WriteString("username", row.User);
            Texts(json, "groups", row.UserGroups);
            json.WriteStartObject("extra");
            foreach (var (name, value) in new[] { ("credential-id", row.CredentialId), ("pod-name", row.CallerPod), ("node-name", row.CallerNode) })
                if (value is not null) Texts(json, "authentication.kubernetes.io/" + name, [value]);
            json.WriteEndObject();
            json.WriteEndObject();
            if (row.Impersonated)
            {
                json.WriteStartObject("impersonatedUser");
                json.WriteString("username", row.ImpersonatedUser);
                json.WriteEndObject();
            }
            Texts(json, "sourceIPs", row.SourceIps);
            if (row.UserAgent is not null) json.WriteString("userAgent", row.UserAgent);
            json.WriteStartObject("objectRef");
            foreach (var (name, value) in new[] { ("resource", row.Resource), ("subresource", row.Subresource), ("namespace", row.Namespace), ("name", row.Name), ("apiVersion", row.ApiVersion) })
                if (value is not null) json.WriteString(name, value);
            json.WriteEndObject();
            if (row.Code is { } code)
            {
                json.WriteStartObject("responseStatus");
                json.WriteNumber("code", code);
                json.WriteEndObject();
            }
            json.WriteStartObject("annotations");
            foreach (var (name, value) in new[] { ("authorization.k8s.io/decision", row.Outcome == "unknown" ? null : row.Decision), ("authorization.k8s.io/reason", row.DecisionReason), ("authentication.kubernetes.io/issued-credential-id", row.IssuedCredentialId) })
                if (value is not null) json.WriteString(name, value);
            json.WriteEndObject();
            json.WriteString("requestReceivedTimestamp", Time(row.RequestReceivedMicros!.Value));
            json.WriteString("stageTimestamp", Time(row.TimeMicros));
            json.WriteEndObject();
        }
        return output.WrittenSpan.ToArray();
    }

    static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    static string Time(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * 10).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
