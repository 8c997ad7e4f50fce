using AuditWatch.Events.Model;

namespace AuditWatch.Detection.Policy;

/// <summary>One rule of an audit policy. An empty list is no restriction.</summary>
public sealed record AuditPolicyRule
{
    /// <summary>How much is logged; null for level None.</summary>
    public required AuditLevel? Level { get; init; }

    /// <summary>Users, whole names.</summary>
    public IReadOnlyList<string> Users { get; init; } = [];

    /// <summary>Groups, whole names.</summary>
    public IReadOnlyList<string> UserGroups { get; init; } = [];

    /// <summary>Verbs, whole.</summary>
    public IReadOnlyList<string> Verbs { get; init; } = [];

    /// <summary>Resources by group.</summary>
    public IReadOnlyList<AuditPolicyResources> Resources { get; init; } = [];

    /// <summary>Namespaces; "" for what lies in none.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    /// <summary>Paths of requests that are about no resource; a star may end one.</summary>
    public IReadOnlyList<string> NonResourceUrls { get; init; } = [];

    /// <summary>Stages that this rule leaves out.</summary>
    public IReadOnlyList<AuditStage> OmitStages { get; init; } = [];

    /// <summary>Line in the policy file, from 1; 0 for a rule that no file has.</summary>
    public int Line { get; init; }

    /// <summary>Exactly as the API server decides it.</summary>
    public bool Matches(AuditedRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Users.Count > 0 && (request.User is null || !Users.Contains(request.User))) return false;
        if (UserGroups.Count > 0 && (request.User is null || !request.Groups.Any(UserGroups.Contains))) return false;
        if (Verbs.Count > 0 && !Verbs.Contains(request.Verb)) return false;
        if (Namespaces.Count > 0 || Resources.Count > 0) return MatchesResource(request);
        return NonResourceUrls.Count == 0 || (!request.IsResource && NonResourceUrls.Any(u => Fits(u, request.Path)));
    }

    bool MatchesResource(AuditedRequest request)
    {
        if (!request.IsResource || (Namespaces.Count > 0 && !Namespaces.Contains(request.Namespace))) return false;
        return Resources.Count == 0 || Resources.Any(r => r.Matches(request));
    }

    static bool Fits(string spec, string path) => spec == "*" || spec == path || (spec.EndsWith('*') && path.StartsWith(spec.TrimEnd('*'), StringComparison.Ordinal));
}

/// <summary>Resources of one API group.</summary>
/// <param name="Group">"" for the core, "*" for every group.</param>
/// <param name="Resources">Resources and subresources (<c>pods</c>, <c>pods/exec</c>, <c>pods/*</c>, <c>*/scale</c>, <c>*</c>); empty: the whole group.</param>
/// <param name="ResourceNames">Names of objects; empty: any.</param>
public sealed record AuditPolicyResources(string Group, IReadOnlyList<string> Resources, IReadOnlyList<string> ResourceNames)
{
    /// <summary>Whether the request's object is among them.</summary>
    public bool Matches(AuditedRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Group != "*" && Group != request.Group) return false;
        if (Resources.Count == 0) return true;
        var combined = request.Subresource.Length == 0 ? request.Resource : request.Resource + "/" + request.Subresource;
        return (ResourceNames.Count == 0 || ResourceNames.Contains(request.Name)) && Resources.Any(r => Fits(r, combined, request));
    }

    static bool Fits(string written, string combined, AuditedRequest request)
    {
        if (written == "*" || written == combined) return true;
        if (request.Subresource.Length > 0 && written.StartsWith("*/", StringComparison.Ordinal) && request.Subresource == written[2..]) return true;
        // Also the resource itself: "pods/*" takes in "pods".
        return written.EndsWith("/*", StringComparison.Ordinal) && request.Resource == written[..^2];
    }
}
