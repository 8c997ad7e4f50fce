namespace AuditWatch.Server.Access;

/// <summary>
/// Who may use a route, and whether that is kept in the access log: metadata of its endpoint. A route without one is refused, and fails a test.
/// </summary>
public sealed record AccessPolicy
{
    /// <summary>Health: needs no credential anywhere.</summary>
    public static AccessPolicy Open { get; } = new();

    /// <summary>Takes events in: asks for a cluster's credential itself (<see cref="ClusterAccess"/>).</summary>
    public static AccessPolicy Ingest { get; } = new();

    /// <summary>Figures of the whole server: open on this machine, a viewer of all clusters elsewhere.</summary>
    public static AccessPolicy Metrics { get; } = new() { Needs = Role.Viewer, AllClusters = true };

    /// <summary>The role that it needs on at least one cluster; null: it decides otherwise.</summary>
    public Role? Needs { get; init; }

    /// <summary>Whether the role must be held on all clusters, because the route reaches them all.</summary>
    public bool AllClusters { get; init; }

    /// <summary>What is kept of its use.</summary>
    public Recorded Record { get; init; }

    /// <summary>Needs a role.</summary>
    public static AccessPolicy For(Role role, Recorded record = Recorded.Nothing, bool allClusters = false) => new() { Needs = role, Record = record, AllClusters = allClusters };
}

/// <summary>What the access log keeps of a route's use. What is refused is kept whatever the route.</summary>
public enum Recorded
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>Who read what: the rows leave only when the record is durable.</summary>
    Read,

    /// <summary>Who changed what: nothing is changed before the record is durable.</summary>
    Change,
}
