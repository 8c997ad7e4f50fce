using AuditWatch.Events.Model;

namespace AuditWatch.Detection.Lint;

enum FieldType
{
    Text,
    Boolean,
    Number,
    Object,
    ListOfText,
    Open,
}

/// <summary>What kind of value a field holds, as far as the schema of audit events and of Kubernetes objects says.</summary>
static class FieldTypes
{
    static readonly HashSet<string> Numbers = new(StringComparer.Ordinal) { "responseStatus.code", "aw.limit" };

    static readonly HashSet<string> Booleans = new(StringComparer.Ordinal)
    {
        "aw.audit_id.is_uuid", "aw.client_ip.in_cluster", "aw.dry_run", "aw.exec.stdin", "aw.exec.tty", "aw.impersonated", "aw.is_create", "aw.is_node", "aw.is_service_account",
        "aw.is_write", "aw.pod.host_ipc", "aw.pod.host_network", "aw.pod.host_pid", "aw.role.aggregated", "aw.xff_present",
    };

    static readonly HashSet<string> Objects = new(StringComparer.Ordinal)
    {
        "user", "user.extra", "impersonatedUser", "impersonatedUser.extra", "authenticationMetadata", "objectRef", "responseStatus", "requestObject", "responseObject", "annotations",
        "aw.pod", "aw.pod.labels", "aw.pod.annotations", "aw.pod.containers", "aw.pod.volumes", "aw.role.rules", "aw.binding.subjects", "responseStatus.metadata", "responseStatus.details",
    };

    static readonly HashSet<string> Lists = new(StringComparer.Ordinal)
    {
        "user.groups", "impersonatedUser.groups", "sourceIPs", "aw.source_ips_all", "aw.effective_groups", "aw.exec.command", "aw.csr.subject.o", "aw.csr.san", "aw.csr.usages",
    };

    // By the last name of a path inside a body: these mean the same in every kind that has them.
    static readonly HashSet<string> BodyBooleans = new(StringComparer.Ordinal)
    {
        "privileged", "hostNetwork", "hostPID", "hostIPC", "hostUsers", "allowPrivilegeEscalation", "readOnlyRootFilesystem", "runAsNonRoot", "automountServiceAccountToken",
        "shareProcessNamespace", "hostProcess", "unschedulable", "immutable", "readOnly", "suspend", "tty", "stdin",
    };

    static readonly HashSet<string> BodyNumbers = new(StringComparer.Ordinal)
    {
        "runAsUser", "runAsGroup", "fsGroup", "replicas", "expirationSeconds", "containerPort", "hostPort", "nodePort", "timeoutSeconds", "gracePeriodSeconds", "activeDeadlineSeconds",
    };

    public static FieldType Of(string path)
    {
        var bracket = path.IndexOf('[', StringComparison.Ordinal);
        if (bracket > 0 && path[^1] == ']' && Lists.Contains(path[..bracket])) return FieldType.Text;
        if (Numbers.Contains(path)) return FieldType.Number;
        if (Booleans.Contains(path)) return FieldType.Boolean;
        if (Objects.Contains(path)) return FieldType.Object;
        if (Lists.Contains(path)) return FieldType.ListOfText;
        if (IsMember(path)) return FieldType.Text;
        if (path.StartsWith("annotations.", StringComparison.Ordinal)) return FieldType.Text;
        // Keys of labels, annotations, extras and data are anybody's to choose.
        if (!BodyFields.IsInBody(path) || path.Contains("labels.", StringComparison.Ordinal) || path.Contains("annotations.", StringComparison.Ordinal) || path.Contains("data.", StringComparison.Ordinal))
            return FieldType.Open;
        var last = path[(path.LastIndexOf('.') + 1)..];
        return BodyBooleans.Contains(last) ? FieldType.Boolean : BodyNumbers.Contains(last) ? FieldType.Number : FieldType.Open;
    }

    /// <summary>Whether the field has one value at most, so that two different ones exclude each other.</summary>
    public static bool IsScalar(string path) =>
        (IsMember(path) || path == "annotations.authorization.k8s.io/decision") && Of(path) is FieldType.Text or FieldType.Boolean or FieldType.Number;

    // A member that has no inside: the schema knows it, and nothing below it.
    static bool IsMember(string path) =>
        Numbers.Contains(path) || Booleans.Contains(path)
        || (!BodyFields.IsInside(path) && AuditSchema.TryBind(path, out _, out _) && !AuditSchema.TryBind(path + ".part", out _, out _));
}
