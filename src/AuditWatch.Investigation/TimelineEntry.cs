using System.Globalization;
using System.Text.Json;
using AuditWatch.Detection.Alerts;

namespace AuditWatch.Investigation;

/// <summary>One line of a story: a request (or several that are alike, within a minute), or an alert.</summary>
public sealed record TimelineEntry
{
    /// <summary>When it (first) happened, microseconds since 1970.</summary>
    public required long TimeMicros { get; init; }
    /// <summary>When it last happened.</summary>
    public required long LastMicros { get; init; }
    /// <summary><c>event</c>, <c>alert</c> or <c>falco</c>.</summary>
    public required string Kind { get; init; }
    /// <summary>The cluster.</summary>
    public required string Cluster { get; init; }
    /// <summary>Who did what, in one sentence.</summary>
    public required string Sentence { get; init; }
    /// <summary>How many requests.</summary>
    public required long Count { get; init; }
    /// <summary>Why it belongs here when it is not the entity's own: <c>issued a credential used here</c>, <c>used a credential issued here</c>; else null.</summary>
    public string? Link { get; init; }
    /// <summary>An alert's level.</summary>
    public string? Level { get; init; }
    /// <summary>An alert's id.</summary>
    public string? AlertId { get; init; }
    /// <summary>An alert's triage.</summary>
    public string? Status { get; init; }
    /// <summary>success, denied, failure, unknown.</summary>
    public required string Outcome { get; init; }
    /// <summary>The status code, if one was seen.</summary>
    public int? Code { get; init; }
    /// <summary>The authenticated user.</summary>
    public string? User { get; init; }
    /// <summary>As whom they acted.</summary>
    public string? EffectiveUser { get; init; }
    /// <summary>With which credential.</summary>
    public string? CredentialId { get; init; }
    /// <summary>Which credential it issued.</summary>
    public string? IssuedCredentialId { get; init; }
    /// <summary>From where.</summary>
    public string? ClientIp { get; init; }
    /// <summary>What an exec ran.</summary>
    public string? ExecCommand { get; init; }
    /// <summary>The requests, at most the first 20.</summary>
    public required IReadOnlyList<string> AuditIds { get; init; }
    /// <summary>Where they lie in the journal, at most the first 20.</summary>
    public required IReadOnlyList<EvidencePosition> Evidence { get; init; }

    /// <summary>Writes its members into an object that is open.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("time", Rfc3339(TimeMicros));
        if (LastMicros != TimeMicros) json.WriteString("last_time", Rfc3339(LastMicros));
        json.WriteString("kind", Kind);
        if (Level is not null) json.WriteString("level", Level);
        json.WriteNumber("count", Count);
        json.WriteString("sentence", Sentence);
        if (Link is not null) json.WriteString("link", Link);
        json.WriteString("cluster", Cluster);
        if (AlertId is not null) json.WriteString("alert_id", AlertId);
        if (Status is not null) json.WriteString("status", Status);
        json.WriteString("outcome", Outcome);
        if (Code is { } code) json.WriteNumber("code", code);
        json.WriteString("user", User);
        json.WriteString("effective_user", EffectiveUser);
        json.WriteString("credential_id", CredentialId);
        if (IssuedCredentialId is not null) json.WriteString("issued_credential_id", IssuedCredentialId);
        json.WriteString("client_ip", ClientIp);
        if (ExecCommand is not null) json.WriteString("exec_command", ExecCommand);
        json.WriteStartArray("audit_ids");
        foreach (var id in AuditIds) json.WriteStringValue(id);
        json.WriteEndArray();
        json.WriteStartArray("evidence");
        foreach (var place in Evidence)
        {
            json.WriteStartObject();
            json.WriteNumber("segment", place.Segment);
            json.WriteNumber("frame", place.Frame);
            json.WriteNumber("index", place.Index);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    static string Rfc3339(long micros) =>
        DateTime.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
