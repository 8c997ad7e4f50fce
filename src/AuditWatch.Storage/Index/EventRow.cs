using AuditWatch.Events;

namespace AuditWatch.Storage.Index;

/// <summary>What the index keeps of one event of one stage; null: absent or unknown. Names and meanings as in <c>docs/index.md</c>. Times are microseconds since 1970.</summary>
public sealed record EventRow
{
    /// <summary>The event's identity.</summary>
    public required EventId EventId { get; init; }
    /// <summary>Where it lies in the journal.</summary>
    public required EventPosition Position { get; init; }
    /// <summary>Its cluster.</summary>
    public required string Cluster { get; init; }
    /// <summary>auditID, chosen by the client.</summary>
    public required string AuditId { get; init; }
    /// <summary>stageTimestamp, or what stands in for it.</summary>
    public required long TimeMicros { get; init; }
    /// <summary>What <see cref="TimeMicros"/> is: stage, request_received, envelope, receipt.</summary>
    public string TimeSource { get; init; } = "stage";
    /// <summary>requestReceivedTimestamp.</summary>
    public long? RequestReceivedMicros { get; init; }
    /// <summary>RequestReceived, ResponseStarted, ResponseComplete, Panic.</summary>
    public string? Stage { get; init; }
    /// <summary>Metadata, Request, RequestResponse.</summary>
    public string? Level { get; init; }
    /// <summary>The verb.</summary>
    public required string Verb { get; init; }
    /// <summary>Who authenticated.</summary>
    public string? User { get; init; }
    /// <summary>Their groups.</summary>
    public IReadOnlyList<string> UserGroups { get; init; } = [];
    /// <summary>Whether the request acted as somebody else.</summary>
    public bool Impersonated { get; init; }
    /// <summary>As whom, if so.</summary>
    public string? ImpersonatedUser { get; init; }
    /// <summary>As whom the request acted.</summary>
    public string? EffectiveUser => Impersonated ? ImpersonatedUser : User;
    /// <summary>Namespace of the service account that acted.</summary>
    public string? SaNamespace => ServiceAccount().Namespace;
    /// <summary>Its name.</summary>
    public string? SaName => ServiceAccount().Name;
    /// <summary>All hops, as the event has them.</summary>
    public IReadOnlyList<string> SourceIps { get; init; } = [];
    /// <summary>The client's address.</summary>
    public string? ClientIp { get; init; }
    /// <summary>userAgent.</summary>
    public string? UserAgent { get; init; }
    /// <summary>Its first product.</summary>
    public string? UaProduct => Product().Name;
    /// <summary>That product's version.</summary>
    public string? UaVersion => Product().Version;
    /// <summary>objectRef.apiGroup; empty for the core group.</summary>
    public string? ApiGroup { get; init; }
    /// <summary>objectRef.apiVersion.</summary>
    public string? ApiVersion { get; init; }
    /// <summary>objectRef.resource.</summary>
    public string? Resource { get; init; }
    /// <summary>objectRef.subresource.</summary>
    public string? Subresource { get; init; }
    /// <summary>objectRef.namespace.</summary>
    public string? Namespace { get; init; }
    /// <summary>The object's name.</summary>
    public string? Name { get; init; }
    /// <summary>objectRef.uid.</summary>
    public string? ObjectUid { get; init; }
    /// <summary>requestURI.</summary>
    public string? RequestUri { get; init; }
    /// <summary>requestURI up to the question mark.</summary>
    public string? ApiPath => RequestUri?.Split('?')[0];
    /// <summary>responseStatus.code.</summary>
    public int? Code { get; init; }
    /// <summary>success, denied, failure, unknown.</summary>
    public string Outcome { get; init; } = "unknown";
    /// <summary>responseStatus.reason.</summary>
    public string? Reason { get; init; }
    /// <summary>The authorizer's decision: allow, forbid.</summary>
    public string? Decision { get; init; }
    /// <summary>Its reason.</summary>
    public string? DecisionReason { get; init; }
    /// <summary>The credential that was used.</summary>
    public string? CredentialId { get; init; }
    /// <summary>The credential that the request issued.</summary>
    public string? IssuedCredentialId { get; init; }
    /// <summary>The pod that the caller's token is bound to.</summary>
    public string? CallerPod { get; init; }
    /// <summary>The node that the caller's token is bound to.</summary>
    public string? CallerNode { get; init; }
    /// <summary>Whether dryRun was asked for.</summary>
    public bool DryRun { get; init; }
    /// <summary>list, watch, deletecollection: cluster or namespace.</summary>
    public string? ListScope { get; init; }
    /// <summary>The command of an exec, its parts joined by one space.</summary>
    public string? ExecCommand { get; init; }
    /// <summary>Length of the event's JSON.</summary>
    public int Bytes { get; init; }

    (string? Namespace, string? Name) ServiceAccount()
    {
        const string prefix = "system:serviceaccount:";
        if (EffectiveUser is not { } user || !user.StartsWith(prefix, StringComparison.Ordinal)) return default;
        var parts = user[prefix.Length..].Split(':', 2);
        return parts.Length == 2 ? (parts[0], parts[1]) : default;
    }

    (string? Name, string? Version) Product()
    {
        var token = UserAgent?.Split(' ')[0];
        if (string.IsNullOrEmpty(token)) return default;
        var parts = token.Split('/', 2);
        if (parts.Length == 1 || parts[1].Length == 0) return (parts[0], null);
        return (parts[0], parts[1] is ['v', >= '0' and <= '9', ..] ? parts[1][1..] : parts[1]);
    }
}
