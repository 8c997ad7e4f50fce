namespace AuditWatch.Detection.Knowledge;

/// <summary>Which object: group, resource, namespace and name.</summary>
/// <param name="ApiGroup">Empty for the core group.</param>
/// <param name="Resource">Plural and lower-case, as requests name it.</param>
/// <param name="Namespace">Null for what lies in none.</param>
/// <param name="Name">Its name.</param>
public sealed record ObjectName(string ApiGroup, string Resource, string? Namespace, string Name)
{
    /// <summary>All four in one text.</summary>
    public string Key => $"{ApiGroup}/{Resource}/{Namespace}/{Name}";

    /// <summary>As events name it: they call a namespace the namespace that it lies in.</summary>
    internal static ObjectName Of(string apiGroup, string resource, string? ns, string name) => new(apiGroup, resource, resource == "namespaces" ? null : ns, name);

    /// <summary>The resource that a kind of object is served as.</summary>
    internal static string ResourceOf(string kind)
    {
        var lower = kind.ToLowerInvariant();
        return lower switch
        {
            _ when lower.EndsWith("ss", StringComparison.Ordinal) => lower + "es",
            _ when lower.EndsWith('s') => lower,
            _ when lower.EndsWith("cy", StringComparison.Ordinal) => lower[..^1] + "ies",
            _ => lower + "s",
        };
    }
}
