namespace AuditWatch.Investigation;

/// <summary>Whose timeline.</summary>
public enum TimelineEntity
{
    /// <summary>A user or service account, by either identity when impersonating.</summary>
    User,
    /// <summary>A pod, <c>namespace/name</c> or a name: what it did, and what was done to it.</summary>
    Pod,
    /// <summary>An address.</summary>
    Ip,
    /// <summary>A credential, <c>JTI=…</c> or <c>X509SHA256=…</c>.</summary>
    Credential,
    /// <summary>A namespace: what was done in it.</summary>
    Namespace,
    /// <summary>A container, by name or id: what Falco saw in it.</summary>
    Container,
}
