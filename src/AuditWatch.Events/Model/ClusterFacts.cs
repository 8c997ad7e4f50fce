using System.Net;

namespace AuditWatch.Events.Model;

/// <summary>What a site has told us of a cluster, and what derived fields need of it.</summary>
public sealed record ClusterFacts
{
    /// <summary>The cluster's name.</summary>
    public string Name { get; init; } = "default";

    /// <summary>Whose own identities are expected: vanilla, kubeadm, aks, eks, gke, openshift, rke2.</summary>
    public string Profile { get; init; } = "vanilla";

    /// <summary>Hops whose forwarding headers are believed.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>Where its nodes and pods live.</summary>
    public IReadOnlyList<IPNetwork> Networks { get; init; } = [];
}
