namespace AuditWatch.Ingest.Completeness;

/// <summary>An API server as we tell it: by the address of its posts, its pod (AKS), its log stream (EKS) or its file. Where nothing tells it, the source stands for all of its cluster.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Source">The source.</param>
/// <param name="Name">The address, pod, stream or path; empty: not told apart.</param>
public readonly record struct ApiServerKey(string Cluster, string Source, string Name)
{
    /// <summary>What stands for all that came after there were too many.</summary>
    public const string Others = "(others)";

    /// <summary>It, in words.</summary>
    public override string ToString() => Name.Length == 0 ? $"source {Source} of cluster {Cluster}" : $"API server {Name} of cluster {Cluster}";
}
