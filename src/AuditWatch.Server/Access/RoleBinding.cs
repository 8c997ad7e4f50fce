using AuditWatch.Server.Configuration;

namespace AuditWatch.Server.Access;

/// <summary>A role on one cluster, or on all: <c>analyst:prod</c>, <c>viewer:*</c> (<c>viewer</c> alone says the same).</summary>
public sealed record RoleBinding(Role Role, string? Cluster)
{
    /// <summary>The roles' names, least first.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Enum.GetNames<Role>().Select(n => n.ToLowerInvariant())];

    /// <summary>One or several bindings, by commas or spaces. Null when all could be read; else why not.</summary>
    public static string? TryParse(string text, ICollection<RoleBinding> bindings)
    {
        foreach (var part in text.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            var name = colon < 0 ? part : part[..colon];
            var cluster = colon < 0 ? "*" : part[(colon + 1)..];
            if (!Names.Contains(name)) return $"'{name}' is no role; there are {string.Join(", ", Names)}, each alone or with a cluster, such as analyst:prod.";
            if (cluster != "*" && !ClusterName.IsValid(cluster)) return $"The cluster's name '{cluster}' {ClusterName.Rule}";
            var binding = new RoleBinding(Enum.Parse<Role>(name, ignoreCase: true), cluster == "*" ? null : cluster);
            if (!bindings.Contains(binding)) bindings.Add(binding);
        }
        return bindings.Count == 0 ? "At least one role is needed, such as viewer or analyst:prod." : null;
    }

    /// <summary>As <see cref="TryParse"/> reads it.</summary>
    public override string ToString() => $"{Names[(int)Role]}:{Cluster ?? "*"}";
}
