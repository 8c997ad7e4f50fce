namespace AuditWatch.Detection.Lint;

/// <summary>The words that audit events use, and what they are probably confused with.</summary>
static class AuditWords
{
    public static readonly string[] Verbs = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];

    // Requests for no object carry the HTTP method; authorization knows more verbs than requests have.
    public static readonly string[] OtherVerbs = ["post", "put", "head", "options", "connect", "trace", "proxy"];

    static readonly Dictionary<string, string> Meant = new(StringComparer.OrdinalIgnoreCase)
    {
        ["replace"] = "update", ["edit"] = "update", ["apply"] = "patch", ["exec"] = "create", ["read"] = "get", ["remove"] = "delete", ["deleteCollection"] = "deletecollection",
        ["modify"] = "update", ["add"] = "create", ["write"] = "update", ["view"] = "get",
    };

    // Rights, not requests: RBAC checks them and the audited verb is another.
    public static readonly Dictionary<string, string> RightsOnly = new(StringComparer.OrdinalIgnoreCase)
    {
        ["bind"] = "create, update or patch of the binding", ["escalate"] = "create, update or patch of the role", ["impersonate"] = "'impersonatedUser' of any verb",
        ["approve"] = "update or patch of certificatesigningrequests/approval", ["sign"] = "update or patch of certificatesigningrequests/status", ["use"] = "create of the pod",
        ["attest"] = "update or patch of the signing request",
    };

    /// <summary>Fields with a closed set of values.</summary>
    public static readonly Dictionary<string, string[]> Closed = new(StringComparer.Ordinal)
    {
        ["stage"] = ["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"],
        ["level"] = ["None", "Metadata", "Request", "RequestResponse"],
        ["aw.audit_level"] = ["None", "Metadata", "Request", "RequestResponse"],
        ["annotations.authorization.k8s.io/decision"] = ["allow", "forbid"],
        ["aw.decision"] = ["allow", "forbid"],
        ["aw.outcome"] = ["success", "denied", "failure"],
        ["aw.client_ip.scope"] = ["loopback", "link-local", "private", "public"],
        ["aw.list_scope"] = ["cluster", "namespace"],
        ["aw.patch.type"] = ["json", "merge", "empty"],
        ["responseStatus.status"] = ["Success", "Failure"],
        ["kind"] = ["Event"],
    };

    public static bool IsVerb(string text) => Verbs.Contains(text, StringComparer.OrdinalIgnoreCase) || OtherVerbs.Contains(text, StringComparer.OrdinalIgnoreCase);

    public static string? VerbFor(string written) =>
        Meant.GetValueOrDefault(written) ?? Verbs.FirstOrDefault(v => v.StartsWith(written, StringComparison.OrdinalIgnoreCase) || written.StartsWith(v, StringComparison.OrdinalIgnoreCase));
}
