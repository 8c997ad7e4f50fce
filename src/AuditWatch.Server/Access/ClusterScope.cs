namespace AuditWatch.Server.Access;

/// <summary>The clusters that a caller may ask about, in the role that the question needs.</summary>
public sealed class ClusterScope
{
    readonly HashSet<string>? _names;

    ClusterScope(HashSet<string>? names) => _names = names;

    /// <summary>Every cluster, also those that are yet to come.</summary>
    public static ClusterScope All { get; } = new(null);

    /// <summary>Whether it is every cluster.</summary>
    public bool IsAll => _names is null;

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _names is { Count: 0 };

    /// <summary>The names, in order; null for every cluster.</summary>
    public IReadOnlyList<string>? Names => _names is null ? null : [.. _names.Order(StringComparer.Ordinal)];

    /// <summary>Only these.</summary>
    public static ClusterScope Of(params IEnumerable<string> names) => new([.. names]);

    /// <summary>Whether it holds the cluster.</summary>
    public bool Sees(string cluster) => _names is null || _names.Contains(cluster);

    /// <inheritdoc/>
    public override string ToString() => _names is null ? "*" : string.Join(' ', Names!);
}
