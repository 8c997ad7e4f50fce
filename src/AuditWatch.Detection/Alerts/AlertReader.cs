using System.Text.Json;

namespace AuditWatch.Detection.Alerts;

/// <summary>Reads an alert back from its JSON.</summary>
static class AlertReader
{
    public static Alert Read(ReadOnlyMemory<byte> utf8)
    {
        using var document = JsonDocument.Parse(utf8);
        var root = document.RootElement;
        return new Alert
        {
            AlertId = Required(root, "alert_id"),
            TimeMicros = Time(root, "time"),
            TimeSource = Text(root, "time_source"),
            Cluster = Required(root, "cluster"),
            Level = Required(root, "level"),
            Rule = Rule(root.GetProperty("rule")),
            Sentence = Required(root, "sentence"),
            Actor = Actor(root.GetProperty("actor")),
            Verb = Required(root, "verb"),
            Object = root.TryGetProperty("object", out var target) ? Target(target) : null,
            Outcome = Required(root, "outcome"),
            AuditIds = Texts(root, "audit_ids"),
            AuditIdsTruncated = root.TryGetProperty("audit_ids_truncated", out var cut) && cut.GetBoolean(),
            Count = root.GetProperty("count").GetInt64(),
            Evidence = [.. root.GetProperty("evidence").EnumerateArray().Select(Place)],
            Matched = [.. root.GetProperty("matched").EnumerateArray().Select(m => new AlertMatch(Required(m, "selection"), Required(m, "field"), Required(m, "value")))],
            GroupBy = root.TryGetProperty("group_by", out var by) ? by.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString() ?? "", StringComparer.Ordinal) : null,
            Window = root.TryGetProperty("window", out var window) ? (Time(window, "from"), Time(window, "to")) : null,
        };
    }

    static AlertRule Rule(JsonElement rule) => new(
        Required(rule, "id"), Required(rule, "name"), Required(rule, "title"), Required(rule, "revision"), Texts(rule, "attack"), Texts(rule, "tactics"));

    static AlertActor Actor(JsonElement actor) => new(
        Text(actor, "user"), Texts(actor, "groups"), Text(actor, "effective_user"), actor.GetProperty("impersonated").GetBoolean(),
        Text(actor, "credential_id"), Text(actor, "client_ip"), Text(actor, "user_agent"));

    static AlertObject Target(JsonElement target) => new(
        Required(target, "api_group"), Required(target, "resource"), Text(target, "subresource"), Text(target, "namespace"), Text(target, "name"));

    static EvidencePosition Place(JsonElement place) => place.TryGetProperty("file", out var file)
        ? EvidencePosition.InFile(file.GetString()!, place.GetProperty("line").GetInt64())
        : EvidencePosition.Journal(place.GetProperty("segment").GetInt32(), place.GetProperty("frame").GetInt32(), place.GetProperty("index").GetInt32());

    static long Time(JsonElement owner, string key) =>
        EventTime.TryParse(owner.GetProperty(key).GetString(), out var micros) ? micros : throw new FormatException($"The alert's '{key}' is no RFC 3339 time.");

    static string Required(JsonElement owner, string key) => owner.GetProperty(key).GetString() ?? throw new FormatException($"The alert's '{key}' is null.");

    static string? Text(JsonElement owner, string key) => owner.TryGetProperty(key, out var value) ? value.GetString() : null;

    static string[] Texts(JsonElement owner, string key) => [.. owner.GetProperty(key).EnumerateArray().Select(t => t.GetString() ?? "")];
}
