namespace AuditWatch.Tests.Elasticsearch.Dashboards;

/// <summary>What the dashboards have in common; each half of the class holds some of them.</summary>
internal static partial class Boards
{
    public const string IdentityId = "auditwatch-identity", TimelineId = "auditwatch-timeline", AlertsId = "auditwatch-alert-board";

    public const string IsDone = "kubernetes.audit.stage:\"ResponseComplete\"", IsDenied = "auditwatch.outcome:\"denied\"", IsAnonymous = "user.name:\"system:anonymous\"";

    public const string IsSecret = "kubernetes.audit.objectRef.resource:\"secrets\"", IsToken = "kubernetes.audit.objectRef.resource:\"serviceaccounts\" and kubernetes.audit.objectRef.subresource:\"token\"";

    public const string IsRbac = "kubernetes.audit.objectRef.resource:(\"roles\" or \"clusterroles\" or \"rolebindings\" or \"clusterrolebindings\")";

    public const string IsSession =
        "(kubernetes.audit.objectRef.resource:\"pods\" and kubernetes.audit.objectRef.subresource:(\"exec\" or \"attach\" or \"portforward\")) or kubernetes.audit.objectRef.subresource:\"proxy\"";

    public const string IsExposure = "kubernetes.audit.objectRef.resource:(\"networkpolicies\" or \"services\" or \"ingresses\" or \"gateways\" or \"httproutes\")";

    const string Spec = "kubernetes.audit.requestObject.spec.";

    public const string IsPrivileged = Spec + "containers.securityContext.privileged:true", OnHostPath = Spec + "volumes.hostPath.path:*",
        InHostNamespace = $"{Spec}hostNetwork:true or {Spec}hostPID:true or {Spec}hostIPC:true", HasCapability = Spec + "containers.securityContext.capabilities.add:*";

    public const string IsRiskyPod = $"kubernetes.audit.objectRef.resource:\"pods\" and kubernetes.audit.verb:\"create\" and ({IsPrivileged} or {OnHostPath} or {InHostNamespace} or {HasCapability})";

    public const string IsPodCreated = "kubernetes.audit.objectRef.resource:\"pods\" and kubernetes.audit.verb:\"create\" and not kubernetes.audit.objectRef.subresource:*";

    static readonly Group Verb = Group.Of("kubernetes.audit.verb", "Verb", 10), User = Group.Of("user.name", "User"), Resource = Group.Of("kubernetes.audit.objectRef.resource", "Resource"),
        Namespace = Group.Of("orchestrator.namespace", "Namespace"), Object = Group.Of("orchestrator.resource.name", "Object"), Agent = Group.Of("user_agent.original", "User agent"),
        Outcome = Group.Of("auditwatch.outcome", "Outcome", 5), Subresource = Group.Of("kubernetes.audit.objectRef.subresource", "Subresource", 10), Client = Group.Of("auditwatch.client_ip", "Client"),
        Level = Group.Of("auditwatch.alert.level", "Level", 5), Rule = Group.Of("rule.name", "Rule"), Cluster = Group.Of("orchestrator.cluster.name", "Cluster");

    static readonly Measure Users = Measure.Distinct("user.name", "Users"), Objects = Measure.Distinct("orchestrator.resource.name", "Objects");
}
