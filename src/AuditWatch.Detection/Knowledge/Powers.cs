using System.Text.Json;

namespace AuditWatch.Detection.Knowledge;

/// <summary>What the rules of a role allow, as far as it matters to an attacker.</summary>
[Flags]
public enum Powers
{
    /// <summary>Nothing of what follows.</summary>
    None = 0,
    /// <summary>Everything: all verbs on all resources of all groups.</summary>
    Everything = 1 << 0,
    /// <summary>Reading secrets.</summary>
    ReadSecrets = 1 << 1,
    /// <summary>Creating or changing what runs.</summary>
    WriteWorkloads = 1 << 2,
    /// <summary>Entering pods.</summary>
    EnterPods = 1 << 3,
    /// <summary>bind, escalate, or writing roles and bindings.</summary>
    GrantRights = 1 << 4,
    /// <summary>Acting as others.</summary>
    Impersonate = 1 << 5,
    /// <summary>Minting tokens of service accounts.</summary>
    MintTokens = 1 << 6,
    /// <summary>Approving or signing certificates.</summary>
    ApproveCertificates = 1 << 7,
    /// <summary>The kubelet's own API.</summary>
    NodeProxy = 1 << 8,
    /// <summary>Writing admission webhooks.</summary>
    WriteWebhooks = 1 << 9,
}

/// <summary>Reads powers off roles.</summary>
static class RolePowers
{
    static readonly string[] WriteVerbs = ["create", "update", "patch"], ReadVerbs = ["get", "list", "watch"];
    static readonly string[] Workloads = ["pods", "deployments", "daemonsets", "statefulsets", "replicasets", "replicationcontrollers", "jobs", "cronjobs"];
    static readonly string[] Rbac = ["roles", "clusterroles", "rolebindings", "clusterrolebindings"];
    static readonly string[] Webhooks = ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"];

    /// <summary>What Kubernetes puts into the roles that every cluster begins with; null for all others.</summary>
    public static Powers? OfBuiltIn(string clusterRole) => clusterRole switch
    {
        "cluster-admin" => Powers.Everything,
        "admin" => Powers.ReadSecrets | Powers.WriteWorkloads | Powers.EnterPods | Powers.GrantRights | Powers.MintTokens | Powers.Impersonate,
        "edit" => Powers.ReadSecrets | Powers.WriteWorkloads | Powers.EnterPods | Powers.MintTokens | Powers.Impersonate,
        "view" => Powers.None,
        _ => null,
    };

    public static Powers Of(JsonElement rules)
    {
        var powers = Powers.None;
        if (rules.ValueKind != JsonValueKind.Array) return powers;
        foreach (var rule in rules.EnumerateArray())
            if (rule.ValueKind == JsonValueKind.Object) powers |= OfOne(new(Texts(rule, "verbs"), Texts(rule, "resources"), Texts(rule, "apiGroups")));
        return powers;
    }

    // One rule must allow it: verbs of one and resources of another say nothing.
    static Powers OfOne(One rule)
    {
        var powers = Powers.None;
        if (rule.Verbs.Contains("*") && rule.Resources.Contains("*") && (rule.Groups.Contains("*") || rule.Groups.Contains(""))) powers |= Powers.Everything;
        if (rule.May(ReadVerbs, "secrets")) powers |= Powers.ReadSecrets;
        if (rule.May(WriteVerbs, Workloads)) powers |= Powers.WriteWorkloads;
        if (rule.May(["create", "get", "update", "patch"], "pods/exec", "pods/attach", "pods/ephemeralcontainers")) powers |= Powers.EnterPods;
        if (rule.May(["bind", "escalate"], Rbac) || rule.May(WriteVerbs, Rbac)) powers |= Powers.GrantRights;
        if (rule.May(["impersonate"], "users", "groups", "serviceaccounts")) powers |= Powers.Impersonate;
        if (rule.May(["create"], "serviceaccounts/token")) powers |= Powers.MintTokens;
        if (rule.May(["update", "patch", "approve", "sign"], "certificatesigningrequests/approval", "signers")) powers |= Powers.ApproveCertificates;
        if (rule.May(["get", "create"], "nodes/proxy")) powers |= Powers.NodeProxy;
        if (rule.May(WriteVerbs, Webhooks)) powers |= Powers.WriteWebhooks;
        return powers;
    }

    static string[] Texts(JsonElement owner, string key) => owner.TryGetProperty(key, out var list) && list.ValueKind == JsonValueKind.Array
        ? [.. list.EnumerateArray().Where(t => t.ValueKind == JsonValueKind.String).Select(t => t.GetString()!)]
        : [];

    readonly record struct One(string[] Verbs, string[] Resources, string[] Groups)
    {
        public bool May(string[] verbs, params string[] resources)
        {
            if (!Verbs.Contains("*") && !Verbs.Any(v => verbs.Contains(v, StringComparer.Ordinal))) return false;
            var here = Resources;
            return here.Contains("*") || resources.Any(r => here.Contains(r) || (r.IndexOf('/') is > 0 and var slash && (here.Contains(r[..slash] + "/*") || here.Contains("*" + r[slash..]))));
        }
    }
}
