using System.Collections.Frozen;

namespace AuditWatch.Detection.Lint;

/// <summary>What the objects inside audit events look like: their first two levels, and which of their parts are arrays.</summary>
static class BodyFields
{
    static readonly string[] Bodies = ["requestObject", "responseObject"];

    const string PodSpec =
        "containers initContainers ephemeralContainers volumes hostNetwork hostPID hostIPC hostUsers nodeName nodeSelector serviceAccountName serviceAccount automountServiceAccountToken " +
        "securityContext affinity tolerations schedulerName priorityClassName priority runtimeClassName restartPolicy terminationGracePeriodSeconds activeDeadlineSeconds dnsPolicy dnsConfig " +
        "hostAliases hostname subdomain imagePullSecrets readinessGates preemptionPolicy overhead enableServiceLinks shareProcessNamespace topologySpreadConstraints setHostnameAsFQDN os " +
        "schedulingGates resourceClaims resources hostnameOverride workloadRef";

    // Resource: its members beside apiVersion, kind, metadata and status; then, after a slash, the members of its spec.
    static readonly FrozenDictionary<string, (string[] Top, string[] Spec)> Kinds = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["pods"] = "spec/" + PodSpec,
        ["deployments"] = "spec/replicas selector template strategy minReadySeconds revisionHistoryLimit paused progressDeadlineSeconds",
        ["daemonsets"] = "spec/selector template updateStrategy minReadySeconds revisionHistoryLimit",
        ["statefulsets"] = "spec/replicas selector template volumeClaimTemplates serviceName podManagementPolicy updateStrategy revisionHistoryLimit minReadySeconds persistentVolumeClaimRetentionPolicy ordinals",
        ["replicasets"] = "spec/replicas selector template minReadySeconds",
        ["replicationcontrollers"] = "spec/replicas selector template minReadySeconds",
        ["jobs"] = "spec/template parallelism completions activeDeadlineSeconds podFailurePolicy successPolicy backoffLimit backoffLimitPerIndex maxFailedIndexes selector manualSelector ttlSecondsAfterFinished completionMode suspend podReplacementPolicy managedBy",
        ["cronjobs"] = "spec/schedule timeZone startingDeadlineSeconds concurrencyPolicy suspend jobTemplate successfulJobsHistoryLimit failedJobsHistoryLimit",
        ["podtemplates"] = "template/",
        ["secrets"] = "data stringData type immutable/",
        ["configmaps"] = "data binaryData immutable/",
        ["serviceaccounts"] = "secrets imagePullSecrets automountServiceAccountToken/",
        ["roles"] = "rules/",
        ["clusterroles"] = "rules aggregationRule/",
        ["rolebindings"] = "roleRef subjects/",
        ["clusterrolebindings"] = "roleRef subjects/",
        ["mutatingwebhookconfigurations"] = "webhooks/",
        ["validatingwebhookconfigurations"] = "webhooks/",
        ["certificatesigningrequests"] = "spec/request signerName expirationSeconds usages username uid groups extra",
        ["nodes"] = "spec/podCIDR podCIDRs providerID unschedulable taints configSource externalID",
        ["namespaces"] = "spec/finalizers",
        ["persistentvolumes"] = "spec/*",
        ["services"] = "spec/*",
        ["ingresses"] = "spec/ingressClassName defaultBackend tls rules backend",
        ["networkpolicies"] = "spec/podSelector ingress egress policyTypes",
    }.ToFrozenDictionary(k => k.Key, k => (k.Value.Split('/')[0].Split(' '), k.Value.Split('/')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)), StringComparer.Ordinal);

    static readonly FrozenSet<string> Common = new[] { "apiVersion", "kind", "metadata", "status" }.ToFrozenSet(StringComparer.Ordinal);

    // A delete sends DeleteOptions and a refused request answers with a Status, whatever the resource.
    static readonly FrozenSet<string> OtherBodies = new[]
    {
        "code", "message", "reason", "details", "items", "propagationPolicy", "gracePeriodSeconds", "preconditions", "dryRun", "orphanDependents", "command", "op", "path", "value", "from",
    }.ToFrozenSet(StringComparer.Ordinal);

    static readonly FrozenSet<string> Arrays = new[]
    {
        "containers", "initContainers", "ephemeralContainers", "volumes", "rules", "subjects", "webhooks", "ports", "env", "envFrom", "volumeMounts", "volumeDevices", "tolerations",
        "ownerReferences", "taints", "imagePullSecrets", "hostAliases", "clusterRoleSelectors", "matchExpressions", "sysctls", "validations", "matchConditions", "paramRefs", "from", "to", "tls",
        "allowedHostPaths", "versions", "volumeClaimTemplates", "loadBalancers", "managedFields", "conditions", "items", "containerStatuses", "groupVersions", "sources",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Members of a pod's spec: they lie elsewhere in every other workload.</summary>
    public static readonly FrozenSet<string> OfPods = PodSpec.Split(' ').ToFrozenSet(StringComparer.Ordinal);

    public static bool IsInBody(string path) =>
        StartsAt(path, "requestObject") || StartsAt(path, "responseObject") || StartsAt(path, "aw.pod") || StartsAt(path, "aw.role") || StartsAt(path, "aw.binding") || StartsAt(path, "aw.csr");

    /// <summary>Whether the path leads into a part whose members the schema of events leaves open.</summary>
    public static bool IsInside(string path) =>
        (path.StartsWith("aw.", StringComparison.Ordinal) ? path.StartsWith("aw.pod.", StringComparison.Ordinal) || path.StartsWith("aw.role.rules", StringComparison.Ordinal) || path.StartsWith("aw.binding.subjects", StringComparison.Ordinal) : IsInBody(path))
        || path.StartsWith("annotations.", StringComparison.Ordinal) || path.Contains("user.extra.", StringComparison.OrdinalIgnoreCase) || path.StartsWith("authenticationMetadata.", StringComparison.Ordinal) || path.StartsWith("responseStatus.details", StringComparison.Ordinal);

    /// <summary>What stands behind <c>requestObject.</c> or <c>responseObject.</c>, in parts; empty for other fields.</summary>
    public static string[] Parts(string path) =>
        Bodies.FirstOrDefault(b => path.StartsWith(b + ".", StringComparison.Ordinal)) is { } body ? path[(body.Length + 1)..].Split('.') : [];

    /// <summary>The member that objects of this resource do not have; null when all is well or the resource is not known here.</summary>
    public static string? Missing(string resource, string path)
    {
        var parts = Parts(path).Select(p => p.Split('[')[0]).ToArray();
        if (parts.Length == 0 || !Kinds.TryGetValue(resource, out var kind)) return null;
        if (Common.Contains(parts[0]) || OtherBodies.Contains(parts[0])) return null;
        if (!kind.Top.Contains(parts[0])) return parts[0];
        return parts[0] == "spec" && parts.Length > 1 && kind.Spec is not ["*"] && !kind.Spec.Contains(parts[1]) ? "spec." + parts[1] : null;
    }

    /// <summary>The arrays that a path leads through, as paths.</summary>
    public static IEnumerable<string> ArraysIn(string path)
    {
        if (!IsInBody(path)) yield break;
        var parts = path.Split('.');
        for (var i = 1; i < parts.Length - 1; i++)
        {
            // Keys of labels and annotations are anybody's to choose.
            if (parts[i] is "labels" or "annotations") yield break;
            if (Arrays.Contains(parts[i])) yield return string.Join('.', parts[..(i + 1)]);
        }
    }

    static bool StartsAt(string path, string root) => path == root || path.StartsWith(root + ".", StringComparison.Ordinal) || path.StartsWith(root + "[", StringComparison.Ordinal);
}
