namespace AuditWatch.Detection.Policy;

/// <summary>Requests that a rule and a policy treat alike, given as one of them.</summary>
sealed class RequestClass(AuditedRequest request, Caller caller, bool anyName, bool anyNamespace, bool anyPath, IReadOnlyList<string>? callers = null)
{
    /// <summary>One of them.</summary>
    public AuditedRequest Request => request;

    /// <summary>Who asks.</summary>
    public Caller Caller => caller;

    /// <summary>Everybody it stands for, in words.</summary>
    public IReadOnlyList<string> Callers { get; } = callers ?? [caller.Label];

    /// <summary>Whether the object's name is left open (all but those the policy names).</summary>
    public bool AnyName => anyName;

    /// <summary>Whether the namespace is left open, likewise.</summary>
    public bool AnyNamespace => anyNamespace;

    /// <summary>Whether the path is left open, likewise.</summary>
    public bool AnyPath => anyPath;

    /// <summary>Whether the request stays open: answered in parts, and logged when it begins to be.</summary>
    public bool IsLongRunning => Request.Verb == "watch" || Request.Subresource is "exec" or "attach" or "portforward" or "proxy" or "log";
}
