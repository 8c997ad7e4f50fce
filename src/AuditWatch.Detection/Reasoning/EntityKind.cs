namespace AuditWatch.Detection.Reasoning;

/// <summary>What dossiers are kept of.</summary>
public enum EntityKind
{
    /// <summary>A user, service account, or group, by name.</summary>
    Actor,
    /// <summary>Who authenticated, whoever it acted as.</summary>
    Principal,
    /// <summary>A token or certificate, by credential id.</summary>
    Credential,
    /// <summary>A client address.</summary>
    Address,
    /// <summary>A pod, by namespace and name.</summary>
    Pod,
    /// <summary>An object, by group, resource, namespace and name.</summary>
    Object,
    /// <summary>The object that owns a pod through all controllers, or the pod itself.</summary>
    Workload,
    /// <summary>A role: written, or bound.</summary>
    Role,
    /// <summary>The service account that pods run as.</summary>
    Account,
    /// <summary>All of the cluster: for what concerns everybody in it.</summary>
    Cluster,
    /// <summary>A namespace.</summary>
    Namespace,
}
