using System.Buffers;
using System.Text.Json;
using AuditWatch.Storage.Index;

namespace AuditWatch.Server.Queries;

/// <summary>Writes rows as JSON objects.</summary>
static class Rows
{
    static readonly JsonWriterOptions Options = new() { Encoder = Detection.Alerts.ShownText.Encoder };

    public static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return buffer.WrittenMemory;
    }

    /// <summary>A row of the event index; what is absent or unknown is null.</summary>
    public static void Event(Utf8JsonWriter json, EventRow row)
    {
        json.WriteString("event_id", row.EventId.ToString());
        json.WriteString("cluster", row.Cluster);
        json.WriteString("audit_id", row.AuditId);
        json.WriteString("stage", row.Stage);
        json.WriteString("time", Rfc3339.Of(row.TimeMicros));
        if (row.TimeSource != "stage") json.WriteString("time_source", row.TimeSource);
        if (row.RequestReceivedMicros is { } received) json.WriteString("request_received", Rfc3339.Of(received));
        json.WriteString("level", row.Level);
        json.WriteString("verb", row.Verb);
        json.WriteString("user", row.User);
        Texts(json, "user_groups", row.UserGroups);
        json.WriteString("effective_user", row.EffectiveUser);
        json.WriteBoolean("impersonated", row.Impersonated);
        Texts(json, "source_ips", row.SourceIps);
        json.WriteString("client_ip", row.ClientIp);
        json.WriteString("user_agent", row.UserAgent);
        json.WriteString("api_group", row.ApiGroup);
        json.WriteString("api_version", row.ApiVersion);
        json.WriteString("resource", row.Resource);
        json.WriteString("subresource", row.Subresource);
        json.WriteString("namespace", row.Namespace);
        json.WriteString("name", row.Name);
        json.WriteString("request_uri", row.RequestUri);
        if (row.Code is { } code) json.WriteNumber("code", code);
        else json.WriteNull("code");
        json.WriteString("outcome", row.Outcome);
        json.WriteString("reason", row.Reason);
        json.WriteString("decision", row.Decision);
        json.WriteString("decision_reason", row.DecisionReason);
        json.WriteString("credential_id", row.CredentialId);
        json.WriteString("issued_credential_id", row.IssuedCredentialId);
        json.WriteString("caller_pod", row.CallerPod);
        json.WriteString("caller_node", row.CallerNode);
        json.WriteBoolean("dry_run", row.DryRun);
        json.WriteString("list_scope", row.ListScope);
        json.WriteString("exec_command", row.ExecCommand);
        json.WriteNumber("bytes", row.Bytes);
        json.WriteNumber("segment", row.Position.Segment);
        json.WriteNumber("frame", row.Position.Frame);
        json.WriteNumber("index", row.Position.Index);
    }

    static void Texts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
