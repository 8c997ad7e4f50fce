namespace AuditWatch.Tests.Elasticsearch.Dashboards;

/// <summary>The data views and saved searches that the dashboards share.</summary>
internal static class ViewCatalog
{
    // Relative to the space that Kibana shows (its URL formatter puts /s/SPACE/app/ in front).
    const string ThisRequest = "../app/discover#/?_g=(time:(from:now-90d,to:now))&_a=(index:auditwatch-audit,query:(language:kuery,query:'kubernetes.audit.auditID:%22{{value}}%22'))";
    const string ThisIdentity = "../app/dashboards#/view/auditwatch-identity?_a=(query:(language:kuery,query:'user.name:%22{{value}}%22'))";
    const string ThisAddress = "../app/dashboards#/view/auditwatch-identity?_a=(query:(language:kuery,query:'source.ip:%22{{value}}%22'))";
    const string ThisCredential = "../app/dashboards#/view/auditwatch-identity?_a=(query:(language:kuery,query:'auditwatch.credential_id:%22{{value}}%22'))";

    static readonly Dictionary<string, string> Labels = new()
    {
        ["orchestrator.cluster.name"] = "Cluster", ["user.name"] = "User", ["kubernetes.audit.verb"] = "Verb", ["kubernetes.audit.objectRef.resource"] = "Resource",
        ["kubernetes.audit.objectRef.subresource"] = "Subresource", ["orchestrator.namespace"] = "Namespace", ["orchestrator.resource.name"] = "Object", ["auditwatch.outcome"] = "Outcome",
        ["http.response.status_code"] = "Code", ["auditwatch.client_ip"] = "Client", ["user_agent.original"] = "User agent",
    };

    public static IReadOnlyList<DataView> Views { get; } =
    [
        new(DataView.Audit, "logs-kubernetes.audit_logs-*", "AuditWatch: Kubernetes audit")
        {
            Labels = Labels,
            Links = new Dictionary<string, string> { ["kubernetes.audit.auditID"] = ThisRequest, ["user.name"] = ThisIdentity, ["source.ip"] = ThisAddress, ["auditwatch.credential_id"] = ThisCredential },
            Durations = ["event.duration"],
            Codes = ["http.response.status_code", "auditwatch.journal.segment", "auditwatch.journal.frame", "auditwatch.journal.index"],
        },
        new(DataView.Alerts, "logs-auditwatch.alert-*", "AuditWatch: alerts")
        {
            Labels = new Dictionary<string, string> { ["auditwatch.alert.level"] = "Level", ["rule.name"] = "Rule", ["auditwatch.alert.sentence"] = "What happened", ["orchestrator.cluster.name"] = "Cluster", ["user.name"] = "User" },
            Links = new Dictionary<string, string> { ["kubernetes.audit.auditID"] = ThisRequest, ["user.name"] = ThisIdentity, ["event.url"] = "{{rawValue}}" },
        },
        new(DataView.Triage, "auditwatch-triage-*", "AuditWatch: where alerts stand")
        {
            Labels = new Dictionary<string, string>
            {
                ["auditwatch.triage.status"] = "Status", ["auditwatch.triage.assignee"] = "Assignee", ["auditwatch.alert.level"] = "Level", ["rule.name"] = "Rule",
                ["auditwatch.alert.sentence"] = "What happened", ["orchestrator.cluster.name"] = "Cluster", ["user.name"] = "User", ["auditwatch.alert.count"] = "Requests",
            },
            Links = new Dictionary<string, string> { ["kubernetes.audit.auditID"] = ThisRequest, ["user.name"] = ThisIdentity },
        },
    ];

    static readonly string[] WhoDidWhat =
        ["orchestrator.cluster.name", "user.name", "kubernetes.audit.verb", "kubernetes.audit.objectRef.resource", "orchestrator.namespace", "orchestrator.resource.name", "http.response.status_code", "source.ip"];

    public static IReadOnlyList<SavedSearch> Searches { get; } =
    [
        new("auditwatch-denied", "Denied requests", DataView.Audit, "auditwatch.outcome:\"denied\"", WhoDidWhat),
        new("auditwatch-writes", "Changes", DataView.Audit, "auditwatch.write:true and kubernetes.audit.stage:\"ResponseComplete\"", WhoDidWhat),
        new("auditwatch-alert-list", "Alerts", DataView.Alerts, "event.kind:\"alert\"", "auditwatch.alert.level", "rule.name", "auditwatch.alert.sentence", "orchestrator.cluster.name", "user.name"),
        new("auditwatch-open-alerts", "Open alerts", DataView.Triage, "auditwatch.triage.is_open:true",
            "auditwatch.triage.status", "auditwatch.triage.assignee", "auditwatch.alert.level", "rule.name", "auditwatch.alert.sentence", "auditwatch.alert.count", "orchestrator.cluster.name", "user.name"),
        new("auditwatch-secret-access", "Access to Secrets", DataView.Audit, Boards.IsSecret, [.. WhoDidWhat, "user_agent.original"]),
        new("auditwatch-rbac-changes", "Changes of rights", DataView.Audit, $"{Boards.IsRbac} and auditwatch.write:true",
            [.. WhoDidWhat, "kubernetes.audit.requestObject.roleRef.name", "kubernetes.audit.requestObject.subjects.name", "kubernetes.audit.requestObject.rules.verbs"]),
        new("auditwatch-risky-pods", "Pods with power over their node", DataView.Audit, Boards.IsRiskyPod,
            "orchestrator.cluster.name", "user.name", "orchestrator.namespace", "orchestrator.resource.name", "kubernetes.audit.requestObject.spec.containers.image", "kubernetes.audit.requestObject.spec.serviceAccountName",
            "kubernetes.audit.requestObject.spec.containers.securityContext.privileged", "kubernetes.audit.requestObject.spec.volumes.hostPath.path"),
        new("auditwatch-sessions", "Sessions in pods and nodes", DataView.Audit, Boards.IsSession,
            "orchestrator.cluster.name", "user.name", "kubernetes.audit.objectRef.subresource", "orchestrator.namespace", "orchestrator.resource.name", "auditwatch.exec.command_line", "http.response.status_code", "source.ip"),
        new("auditwatch-exposure", "Changes of what is reachable", DataView.Audit, $"{Boards.IsExposure} and auditwatch.write:true", [.. WhoDidWhat, "kubernetes.audit.requestObject.spec.type"]),
        new("auditwatch-everything", "Every event in order", DataView.Audit, "",
            [.. WhoDidWhat, "kubernetes.audit.stage", "auditwatch.outcome", "auditwatch.credential_id", "user_agent.original", "kubernetes.audit.auditID"]),
        new("auditwatch-cut", "Events that are not whole", DataView.Audit, "auditwatch.truncated:true or auditwatch.dropped_fields:* or auditwatch.time_source:*", [.. WhoDidWhat, "auditwatch.dropped_fields", "auditwatch.time_source"]),
    ];
}
