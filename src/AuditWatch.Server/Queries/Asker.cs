using AuditWatch.Server.Access;

namespace AuditWatch.Server.Queries;

/// <summary>Who asks, and about which clusters they may.</summary>
/// <param name="Name">The principal.</param>
/// <param name="Via">How we know: token, oidc, loopback, data.</param>
/// <param name="IsNamed">Whether the name is proven, and stands for what is done; else it may be said with the act.</param>
/// <param name="Scope">The clusters.</param>
public sealed record Asker(string Name, string Via, bool IsNamed, ClusterScope Scope)
{
    /// <summary>The clusters whose raw events they may read.</summary>
    public ClusterScope Raw { get; init; } = ClusterScope.All;

    /// <summary>Whoever has the data folder has everything.</summary>
    public static Asker Owner { get; } = new("data", "data", false, ClusterScope.All);
}
