namespace AuditWatch.Ingest.Sources;

/// <summary>Who AuditWatch is at Azure.</summary>
public enum AzureIdentityKind
{
    /// <summary>Whatever the surroundings offer: Azure.Identity's default chain, which looks at the environment's variables, a workload identity, a managed identity, and a developer's tools.</summary>
    Default,

    /// <summary>The identity of the machine or app service, from its own endpoint.</summary>
    ManagedIdentity,

    /// <summary>The identity of the pod's service account, by the token that Kubernetes puts into a file.</summary>
    WorkloadIdentity,

    /// <summary>An application with a secret or a certificate.</summary>
    ServicePrincipal,
}
