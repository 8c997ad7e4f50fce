using System.Buffers;
using System.Text.Json;
using AuditWatch.Events;
using AuditWatch.Storage.State;

namespace AuditWatch.Storage.Elasticsearch;

/// <summary>Writes where an alert stands as a whole row: what dashboards filter and count by, and the triage itself. Written over with every change.</summary>
internal static class TriageDocument
{
    public static void Write(StoredAlert stored, ElasticsearchPlace place, IBufferWriter<byte> output)
    {
        var alert = stored.Alert;
        using var json = new Utf8JsonWriter(output, AlertDocument.Options);
        json.WriteStartObject();
        json.WriteString("@timestamp", AlertDocument.Time(alert.TimeMicros));
        AlertDocument.Object(json, "event", () =>
        {
            json.WriteString("id", alert.AlertId);
            json.WriteString("kind", "alert");
            json.WriteNumber("severity", AlertDocument.SeverityOf(alert));
        });
        AlertDocument.Object(json, "rule", () =>
        {
            json.WriteString("id", alert.Rule.Id);
            json.WriteString("name", alert.Rule.Title);
            json.WriteString("description", alert.Rule.Name);
        });
        AlertDocument.Threat(json, alert.Rule);
        AlertDocument.Who(json, alert);
        AlertDocument.What(json, alert);
        AlertDocument.Object(json, "auditwatch", () =>
        {
            AlertDocument.Object(json, "alert", () =>
            {
                json.WriteString("level", alert.Level);
                AlertDocument.Text(json, "sentence", alert.Sentence);
                json.WriteNumber("count", alert.Count);
                json.WriteString("outcome", alert.Outcome);
                AlertDocument.Texts(json, "evidence", [.. alert.Evidence.Where(e => e.File is null).TakeLast(100).Select(e => place.WordOf(new EventPosition(e.Segment, e.Frame, e.Index)))]);
                json.WriteString("last_evidence", AlertDocument.Time(alert.Window?.ToMicros ?? alert.TimeMicros));
                if (alert.GroupBy is { } group) AlertDocument.Texts(json, "group_by", [.. group.Select(g => $"{g.Key}={g.Value}")]);
            });
            AlertDocument.Object(json, "triage", () => Triage(json, stored));
        });
        json.WriteEndObject();
    }

    static void Triage(Utf8JsonWriter json, StoredAlert stored)
    {
        var triage = stored.Triage;
        json.WriteString("status", TriageWords.Of(stored.Status));
        json.WriteBoolean("is_open", stored.Status != AlertStatus.Closed);
        if (triage.Resolution is { } resolution) json.WriteString("resolution", TriageWords.Of(resolution));
        AlertDocument.Text(json, "assignee", triage.Assignee);
        if (triage.Tags.Count > 0) AlertDocument.Texts(json, "tags", triage.Tags);
        json.WriteNumber("notes", triage.Notes);
        if (triage.ChangedMicros is { } changed) json.WriteString("changed", AlertDocument.Time(changed));
        json.WriteNumber("revision", stored.Version);
        json.WriteString("first_change", AlertDocument.Time(stored.FirstChangeMicros));
        json.WriteString("last_change", AlertDocument.Time(stored.LastChangeMicros));
    }
}
