namespace AuditWatch.Detection.Policy;

/// <summary>What an audit policy looks at: the request as it was authenticated, before any impersonation.</summary>
public sealed record AuditedRequest
{
    /// <summary>Who; null after a failed authentication.</summary>
    public string? User { get; init; }

    /// <summary>Groups of the user.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>The verb; for requests that are about no resource, the HTTP method in lower case.</summary>
    public required string Verb { get; init; }

    /// <summary>Whether it is about a resource.</summary>
    public bool IsResource { get; init; } = true;

    /// <summary>API group, "" for the core.</summary>
    public string Group { get; init; } = "";

    /// <summary>Resource, plural.</summary>
    public string Resource { get; init; } = "";

    /// <summary>Subresource, "" for none.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>Namespace, "" for none or all.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Name, "" where the request names no object.</summary>
    public string Name { get; init; } = "";

    /// <summary>The URL's path.</summary>
    public string Path { get; init; } = "";
}
