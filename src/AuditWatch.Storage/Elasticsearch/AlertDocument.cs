using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using AuditWatch.Detection.Alerts;
using AuditWatch.Events;

namespace AuditWatch.Storage.Elasticsearch;

/// <summary>Writes an alert as an Elasticsearch document: an external alert in ECS, with what AuditWatch knows beside it. Created once and never changed.</summary>
internal static class AlertDocument
{
    const int LongestTerm = 8191;
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(Alert alert, ElasticsearchPlace place, long nowMicros, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        json.WriteString("@timestamp", Time(alert.TimeMicros));
        json.WriteString("message", $"{alert.Rule.Title}: {alert.Sentence}");
        Object(json, "data_stream", () =>
        {
            json.WriteString("type", "logs");
            json.WriteString("dataset", "auditwatch.alert");
            json.WriteString("namespace", place.Namespace);
        });
        Object(json, "ecs", () => json.WriteString("version", "9.4.0"));
        Event(json, alert, place, nowMicros);
        Object(json, "rule", () =>
        {
            json.WriteString("id", alert.Rule.Id);
            json.WriteString("uuid", alert.Rule.Id);
            json.WriteString("name", alert.Rule.Title);
            json.WriteString("description", alert.Rule.Name);
            json.WriteString("version", alert.Rule.Revision);
            json.WriteString("ruleset", "auditwatch");
        });
        Threat(json, alert.Rule);
        Object(json, "observer", () =>
        {
            json.WriteString("vendor", "AuditWatch");
            json.WriteString("product", "AuditWatch");
            json.WriteString("type", "siem");
        });
        Who(json, alert);
        What(json, alert);
        Ours(json, alert, place);
        json.WriteEndObject();
    }

    static void Event(Utf8JsonWriter json, Alert alert, ElasticsearchPlace place, long nowMicros) => Object(json, "event", () =>
    {
        json.WriteString("kind", "alert");
        json.WriteString("module", "auditwatch");
        json.WriteString("dataset", "auditwatch.alert");
        json.WriteString("provider", "auditwatch");
        Texts(json, "category", ["intrusion_detection"]);
        Texts(json, "type", ["info"]);
        json.WriteString("id", alert.AlertId);
        if (place.AuditWatchUrl is { } url) json.WriteString("url", $"{url.TrimEnd('/')}/api/v1/alerts/{alert.AlertId}");
        json.WriteString("action", alert.Rule.Name);
        json.WriteString("outcome", alert.Outcome switch { "success" => "success", "unknown" => "unknown", _ => "failure" });
        var severity = SeverityOf(alert);
        json.WriteNumber("severity", severity);
        json.WriteNumber("risk_score", (double)severity);
        json.WriteString("reason", Cut(alert.Sentence));
        json.WriteString("start", Time(alert.Window?.FromMicros ?? alert.TimeMicros));
        json.WriteString("end", Time(alert.Window?.ToMicros ?? alert.TimeMicros));
        json.WriteString("created", Time(nowMicros));
        json.WriteString("ingested", Time(nowMicros));
    });

    /// <summary>The numbers by which Elastic's "External Alerts" rule knows low, medium, high and critical.</summary>
    public static int SeverityOf(Alert alert) => alert.Level switch { "critical" => 99, "high" => 73, "medium" => 47, _ => 21 };

    public static void Threat(Utf8JsonWriter json, AlertRule rule)
    {
        if (rule.Attack.Count == 0 && rule.Tactics.Count == 0) return;
        Object(json, "threat", () =>
        {
            json.WriteString("framework", "MITRE ATT&CK");
            if (rule.Tactics.Count > 0) Object(json, "tactic", () => Texts(json, "name", rule.Tactics));
            if (rule.Attack.Count == 0) return;
            Object(json, "technique", () =>
            {
                Texts(json, "id", [.. rule.Attack.Select(t => t.Split('.')[0]).Distinct()]);
                if (rule.Attack.Any(t => t.Contains('.', StringComparison.Ordinal)))
                    Object(json, "subtechnique", () => Texts(json, "id", [.. rule.Attack.Where(t => t.Contains('.', StringComparison.Ordinal))]));
            });
        });
    }

    public static void Who(Utf8JsonWriter json, Alert alert)
    {
        var actor = alert.Actor;
        Object(json, "user", () =>
        {
            Text(json, "name", actor.User);
            if (actor.Groups.Count > 0) Object(json, "group", () => Texts(json, "name", actor.Groups));
            if (actor.Impersonated) Object(json, "effective", () => Text(json, "name", actor.EffectiveUser));
        });
        // In its canonical form, without a zone: what IPAddress reads is more than what Elasticsearch does.
        var address = actor.ClientIp is { } ip && ip.AsSpan().IndexOfAny('.', ':') >= 0 && !ip.Contains('%', StringComparison.Ordinal) && IPAddress.TryParse(ip, out var parsed) ? parsed.ToString() : null;
        if (address is not null) Object(json, "source", () => json.WriteString("ip", address));
        if (actor.UserAgent is not null) Object(json, "user_agent", () => Text(json, "original", actor.UserAgent));
        Object(json, "related", () =>
        {
            if (address is not null) Texts(json, "ip", [address]);
            Texts(json, "user", [.. new[] { actor.User, actor.Impersonated ? actor.EffectiveUser : null }.OfType<string>().Distinct()]);
        });
    }

    public static void What(Utf8JsonWriter json, Alert alert)
    {
        Object(json, "orchestrator", () =>
        {
            json.WriteString("type", "kubernetes");
            Object(json, "cluster", () => json.WriteString("name", alert.Cluster));
            if (alert.Object is not { } target) return;
            Text(json, "namespace", target.Namespace);
            Object(json, "resource", () =>
            {
                Text(json, "type", target.Resource);
                Text(json, "name", target.Name);
            });
        });
        Object(json, "kubernetes", () => Object(json, "audit", () =>
        {
            Texts(json, "auditID", [.. alert.AuditIds.Take(100)]);
            Text(json, "verb", alert.Verb);
            if (alert.Object is not { } target) return;
            Object(json, "objectRef", () =>
            {
                Text(json, "resource", target.Resource);
                Text(json, "subresource", target.Subresource);
                Text(json, "namespace", target.Namespace);
                Text(json, "name", target.Name);
                Text(json, "apiGroup", target.ApiGroup);
            });
        }));
    }

    static void Ours(Utf8JsonWriter json, Alert alert, ElasticsearchPlace place) => Object(json, "auditwatch", () =>
    {
        json.WriteNumber("time_us", alert.TimeMicros);
        Text(json, "credential_id", alert.Actor.CredentialId);
        Object(json, "alert", () =>
        {
            json.WriteString("level", alert.Level);
            json.WriteString("sentence", Cut(alert.Sentence));
            json.WriteNumber("count", alert.Count);
            json.WriteString("outcome", alert.Outcome);
            Texts(json, "evidence", [.. alert.Evidence.Where(e => e.File is null).Take(100).Select(e => place.WordOf(new EventPosition(e.Segment, e.Frame, e.Index)))]);
            if (alert.GroupBy is { } group) Texts(json, "group_by", [.. group.Select(g => $"{g.Key}={g.Value}")]);
        });
    });

    public static void Object(Utf8JsonWriter json, string name, Action inside)
    {
        json.WriteStartObject(name);
        inside();
        json.WriteEndObject();
    }

    public static void Text(Utf8JsonWriter json, string name, string? text)
    {
        if (!string.IsNullOrEmpty(text)) json.WriteString(name, Cut(text));
    }

    public static void Texts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(Cut(text));
        json.WriteEndArray();
    }

    // Never more bytes than Lucene takes for a term, whatever the characters.
    public static string Cut(string text) => text.Length <= LongestTerm ? text : text[..LongestTerm];

    public static string Time(long micros) => DateTimeOffset.UnixEpoch.AddTicks(Math.Clamp(micros, -30_000_000_000_000_000, 253_402_300_799_999_999) * 10)
        .ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
