namespace AuditWatch.Server.Access;

/// <summary>Who asks, and how we know.</summary>
/// <param name="Name">The principal.</param>
/// <param name="Via">token, oidc or loopback.</param>
/// <param name="Bindings">What it may do, and where.</param>
public sealed record Caller(string Name, string Via, IReadOnlyList<RoleBinding> Bindings)
{
    /// <summary>Whoever is on this machine while no user is configured.</summary>
    public static Caller Loopback { get; } = new("loopback", "loopback", [new RoleBinding(Role.Admin, null)]);

    /// <summary>Id of its token; null for other credentials.</summary>
    public string? TokenId { get; init; }

    /// <summary>Whether the credential is one principal's own, so that its name stands for what it does; nobody can then sign as somebody else.</summary>
    public bool IsNamed { get; init; }

    /// <summary>Where it has at least this role.</summary>
    public ClusterScope ScopeOf(Role role)
    {
        var held = Bindings.Where(b => b.Role >= role).ToList();
        return held.Any(b => b.Cluster is null) ? ClusterScope.All : ClusterScope.Of(held.Select(b => b.Cluster!));
    }
}
