using System.Text.Json.Serialization;
using AuditWatch.Detection.Alerts;
using AuditWatch.Events.Model;

namespace AuditWatch.Detection.EventLayer;

/// <summary>What an alert or a chain needs of an event, copied once when a rule holds on it; everything else stays in the journal.</summary>
public sealed record EventFacts
{
    /// <summary>The cluster.</summary>
    public required string Cluster { get; init; }

    /// <summary>auditID</summary>
    public required string AuditId { get; init; }

    /// <summary>requestReceivedTimestamp; 0 when missing</summary>
    public required long RequestReceivedMicros { get; init; }

    /// <summary>When: microseconds since 1970.</summary>
    public required long TimeMicros { get; init; }

    /// <summary>Where <see cref="TimeMicros"/> came from.</summary>
    public TimeSource TimeSource { get; init; }

    /// <summary>The stage.</summary>
    public AuditStage Stage { get; init; }

    /// <summary>The event's id, 32 hex digits.</summary>
    public required string EventId { get; init; }

    /// <summary>Where it lies.</summary>
    public required EvidencePosition Position { get; init; }

    /// <summary>verb</summary>
    public string Verb { get; init; } = "";

    /// <summary>objectRef.resource; null for non-resource requests</summary>
    public string? Resource { get; init; }

    /// <summary>objectRef.subresource</summary>
    public string? Subresource { get; init; }

    /// <summary>objectRef.namespace</summary>
    public string? Namespace { get; init; }

    /// <summary>objectRef.name, or the generated one</summary>
    public string? Name { get; init; }

    /// <summary>objectRef.apiGroup</summary>
    public string ApiGroup { get; init; } = "";

    /// <summary>Path of the request, without its query.</summary>
    public string Path { get; init; } = "";

    /// <summary>user.username</summary>
    public string? User { get; init; }

    /// <summary>user.groups</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Who the request acted as.</summary>
    public string? EffectiveUser { get; init; }

    /// <summary>Whether it acted as somebody else.</summary>
    public bool Impersonated { get; init; }

    /// <summary>The credential that was used.</summary>
    public string? CredentialId { get; init; }

    /// <summary>The credential that was issued.</summary>
    public string? IssuedCredentialId { get; init; }

    /// <summary>Where it came from.</summary>
    public string? ClientIp { get; init; }

    /// <summary>userAgent</summary>
    public string? UserAgent { get; init; }

    /// <summary>First product of the user agent.</summary>
    public string? AgentProduct { get; init; }

    /// <summary>The caller's pod.</summary>
    public string? CallerPod { get; init; }

    /// <summary>How it ended, as of this stage.</summary>
    public Outcome Outcome { get; init; }

    /// <summary>What happened, in a sentence of its own, where it was no request (an alert of Falco); else null.</summary>
    public string? Told { get; init; }

    /// <summary>The request.</summary>
    [JsonIgnore]
    public RequestKey Request => new(AuditId, RequestReceivedMicros);

    /// <summary>Order of judging.</summary>
    [JsonIgnore]
    public SortKey Key => new(TimeMicros, AuditId, Stage, EventId);
}
