namespace AuditWatch.Detection.Knowledge;

/// <summary>What one request says of an object that later questions are about. What it does not say is null: unknown, never empty.</summary>
public sealed record ObjectNote(ObjectName Object)
{
    /// <summary>The object is gone.</summary>
    public bool IsDeleted { get; init; }

    /// <summary>The object was made by this request.</summary>
    public bool IsCreated { get; init; }

    /// <summary>The request changed the object and the log does not say what it is now: what was known of it no longer is.</summary>
    public bool IsUnreadable { get; init; }

    /// <summary>metadata.uid</summary>
    public string? Uid { get; init; }

    /// <summary>The controller that owns it. Null: none is named.</summary>
    public ObjectName? Owner { get; init; }

    /// <summary>That controller's uid.</summary>
    public string? OwnerUid { get; init; }

    /// <summary>The account that its pods run as.</summary>
    public string? ServiceAccount { get; init; }

    /// <summary>Roles: what they allow.</summary>
    public Powers? Powers { get; init; }

    /// <summary>Bindings: the role.</summary>
    public ObjectName? Role { get; init; }

    /// <summary>Bindings: to whom.</summary>
    public IReadOnlyList<string>? Subjects { get; init; }

    /// <summary>Namespaces: the Pod Security level that is enforced; empty when none is.</summary>
    public string? PodSecurity { get; init; }

    /// <summary>Admission webhooks: where they are called, <c>https://host/…</c> or <c>namespace/service</c>.</summary>
    public IReadOnlyList<string>? Targets { get; init; }

    /// <summary>Certificate requests: the identity asked for.</summary>
    public string? CertificateFor { get; init; }
}
