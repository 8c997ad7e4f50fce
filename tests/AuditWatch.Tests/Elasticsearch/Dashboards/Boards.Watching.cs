using static AuditWatch.Tests.Elasticsearch.Dashboards.Measure;
using static AuditWatch.Tests.Elasticsearch.Dashboards.Panel;

namespace AuditWatch.Tests.Elasticsearch.Dashboards;

// What a shift looks at, and where it goes from there.
internal static partial class Boards
{
    public static Board Overview { get; } = new("auditwatch-overview", "Overview", "What the clusters are asked to do, by whom, and what came of it.", DataView.Audit,
        new Row(12,
            new Cell(36, TimeLine("Requests by verb", IsDone, Verb)),
            new Cell(12, Number("Users", "", Users), Number("Denied requests", IsDenied, Requests))),
        new Row(12,
            new Cell(36, TimeLine("Alerts by level", "", Level).Over(DataView.Alerts).To(AlertsId)),
            new Cell(12, Number("High and critical alerts", "event.severity >= 73", Records).Over(DataView.Alerts), Number("Clusters", "", Distinct("orchestrator.cluster.name", "")))),
        new Row(14,
            new Cell(16, Table("Busiest users", "", [User], Requests, Objects).To(IdentityId)),
            new Cell(16, Table("Resources", "", [Resource], Requests, Users)),
            new Cell(16, Donut("Outcome", IsDone, Outcome))),
        new Row(14,
            new Cell(24, Table("Namespaces", "auditwatch.write:true", [Namespace], Requests, Users)),
            new Cell(24, Table("User agents", "", [Agent], Requests, Users))),
        new Row(16, new Cell(48, Rows("Changes", "auditwatch-writes"))));

    public static Board Alerts { get; } = new(AlertsId, "Alert triage", "What fired, how bad it is, and who is behind it.", DataView.Alerts,
        new Row(12,
            new Cell(36, TimeLine("Alerts by level", "", Level)),
            new Cell(12, Number("Open", IsOpen, Records).Over(DataView.Triage), Number("Open, high and critical", $"{IsOpen} and event.severity >= 73", Records).Over(DataView.Triage))),
        new Row(14,
            new Cell(12, Donut("Where they stand", "", Group.Of("auditwatch.triage.status", "Status", 5)).Over(DataView.Triage)),
            new Cell(12, Table("Whose they are", IsOpen, [Group.Of("auditwatch.triage.assignee", "Assignee")], Records, Latest("auditwatch.triage.last_change", "Last change")).Over(DataView.Triage)),
            new Cell(12, Table("What closed ones were", "auditwatch.triage.status:\"closed\"", [Group.Of("auditwatch.triage.resolution", "Resolution", 5), Rule], Records).Over(DataView.Triage)),
            new Cell(12, Table("Tags", "", [Group.Of("auditwatch.triage.tags", "Tag")], Records).Over(DataView.Triage))),
        new Row(14,
            new Cell(24, Table("Open by rule", IsOpen, [Rule, Level with { Size = 1 }], Records, Sum("auditwatch.alert.count", "Requests"), Latest("auditwatch.alert.last_evidence", "Last evidence")).Over(DataView.Triage)),
            new Cell(24, Table("Open by user", IsOpen, [User], Records, Distinct("rule.name", "Rules")).Over(DataView.Triage).To(IdentityId))),
        new Row(14,
            new Cell(18, Table("Rules", "", [Rule], Records, Users)),
            new Cell(18, Table("Users", "", [User], Records, Distinct("rule.name", "Rules")).To(IdentityId)),
            new Cell(12, Donut("Tactics", "", Group.Of("threat.tactic.name", "Tactic", 15)))),
        new Row(14,
            new Cell(16, Bars("Techniques", "", Group.Of("threat.technique.id", "Technique", 15))),
            new Cell(16, Table("Namespaces", "", [Namespace], Records, Users)),
            new Cell(16, Table("Sources", "", [Group.Of("source.ip", "Source")], Records, Users))),
        new Row(18, new Cell(48, Rows("Open alerts", "auditwatch-open-alerts"))),
        new Row(18, new Cell(48, Rows("Alerts as they fired", "auditwatch-alert-list"))))
    {
        Controls = [User, Level, Rule],
    };

    const string IsOpen = "auditwatch.triage.is_open:true";

    public static Board Identity { get; } = new(IdentityId, "Identity explorer", "One user, service account, address or credential: choose it above and see all it did.", DataView.Audit,
        new Row(12,
            new Cell(30, TimeLine("What it did", IsDone, Verb)),
            new Cell(9, Number("Requests", "", Requests), Number("Denied", IsDenied, Requests)),
            new Cell(9, Number("Addresses", "", Distinct("auditwatch.client_ip", "")), Number("Credentials", "", Distinct("auditwatch.credential_id", "")))),
        new Row(14,
            new Cell(24, Table("Resources", "", [Resource, Verb with { Size = 5 }], Requests, Objects)),
            new Cell(24, Table("Namespaces", "", [Namespace], Requests, Objects))),
        new Row(14,
            new Cell(16, Table("Addresses it came from", "", [Client, Group.Of("auditwatch.client_scope", "Scope", 4)], Requests, Latest("@timestamp", "Last seen"))),
            new Cell(16, Table("User agents", "", [Agent], Requests, Latest("@timestamp", "Last seen"))),
            new Cell(16, Table("Credentials in use", "", [Group.Of("auditwatch.credential_id", "Credential")], Requests, Distinct("auditwatch.client_ip", "Addresses")))),
        new Row(14,
            new Cell(16, Table("Pods it ran in", "", [Group.Of("auditwatch.caller.pod", "Pod"), Group.Of("auditwatch.caller.node", "Node", 3)], Requests)),
            new Cell(16, Table("Whom it acted as", "auditwatch.impersonated:true", [User, Group.Of("user.effective.name", "Acted as")], Requests)),
            new Cell(16, Table("Alerts about it", "", [Rule, Level with { Size = 1 }], Records).Over(DataView.Alerts).To(AlertsId))),
        new Row(16, new Cell(48, Rows("Changes", "auditwatch-writes"))))
    {
        Controls = [User, Group.Of("auditwatch.credential_id", "Credential"), Client],
    };

    public static Board Timeline { get; } = new(TimelineId, "Timeline investigation", "Everything in order around an incident: narrow the time, then read the events and what fired.", DataView.Audit,
        new Row(10, new Cell(24, TimeLine("Events by outcome", "", Outcome)), new Cell(24, TimeLine("Alerts by rule", "", Rule with { Size = 8 }).Over(DataView.Alerts))),
        new Row(12,
            new Cell(16, Table("Who was there", "", [User], Requests, Latest("@timestamp", "Last seen")).To(IdentityId)),
            new Cell(16, Table("What was touched", "auditwatch.write:true", [Resource, Object with { Size = 3 }], Requests, Users)),
            new Cell(16, Table("From where", "", [Client, User with { Size = 3 }], Requests))),
        new Row(14, new Cell(48, Rows("Alerts", "auditwatch-alert-list"))),
        new Row(24, new Cell(48, Rows("Every event", "auditwatch-everything"))))
    {
        Controls = [User, Resource, Client],
    };

    public static Board Patches { get; } = new("auditwatch-patches", "Patch discipline", "Which versions talk to the API servers, and who still calls APIs that will go.", DataView.Audit,
        new Row(12,
            new Cell(16, Bars("Kubelet versions by node", "user_agent.name:\"kubelet\"", Group.Of("user_agent.version", "Version"), Distinct("user.name", "Nodes"))),
            new Cell(16, Bars("kubectl versions by user", "user_agent.name:\"kubectl\"", Group.Of("user_agent.version", "Version"), Users)),
            new Cell(16, Number("Requests to deprecated APIs", IsDeprecated, Requests), Number("Callers of deprecated APIs", IsDeprecated, Users))),
        new Row(14,
            new Cell(24, Table("Nodes and their kubelets", "user_agent.name:\"kubelet\"", [Group.Of("user.name", "Node", 100), Group.Of("user_agent.version", "Version", 3)], Requests, Latest("@timestamp", "Last seen"))),
            new Cell(24, Table("Clients", "not user_agent.name:\"kubelet\"", [Group.Of("user_agent.name", "Client", 30), Group.Of("user_agent.version", "Version", 5)], Users, Requests))),
        new Row(14,
            new Cell(24, Table("Deprecated APIs", IsDeprecated, [Group.Of("kubernetes.audit.objectRef.apiVersion", "Version", 10), Resource], Requests, Users)),
            new Cell(24, Table("Who calls them", IsDeprecated, [User, Agent with { Size = 3 }], Requests).To(IdentityId))))
    {
        Controls = [User, Group.Of("user_agent.name", "Client")],
    };

    const string IsDeprecated = "kubernetes.audit.annotations.k8s_io/deprecated:\"true\"";

    public static Board Pipeline { get; } = new("auditwatch-pipeline", "Pipeline health and blind spots", "Whether the events come, and what they cannot tell: a rule that reads a body is blind where none was logged.", DataView.Audit,
        new Row(12,
            new Cell(36, TimeLine("Events by cluster", "", Cluster)),
            new Cell(12, Number("Events that are not whole", IsCut, Records), Number("Documents that lost a part", "auditwatch.dropped_fields:*", Records))),
        new Row(12,
            new Cell(24, Table("Clusters: when each was last heard", "", [Cluster], Records, Latest("@timestamp", "Last event"), Latest("auditwatch.received", "Last received"))),
            new Cell(12, Donut("Levels", "", Group.Of("kubernetes.audit.level", "Level", 4))),
            new Cell(12, Donut("Stages", "", Group.Of("kubernetes.audit.stage", "Stage", 4)))),
        new Row(14,
            new Cell(16, Table("Changes whose body was not logged", $"auditwatch.write:true and kubernetes.audit.level:\"Metadata\" and {IsDone}", [Resource], Requests, Users)),
            new Cell(16, Table("Whose events are not whole", IsCut, [User, Resource with { Size = 5 }], Requests).To(IdentityId)),
            new Cell(16, Table("Parts that were left out", "", [Group.Of("auditwatch.dropped_fields", "Part")], Records))),
        new Row(14,
            new Cell(24, Table("How long requests take", IsDone, [Verb], PercentileOf(99, "event.duration", "99 of 100 within"), Average("event.duration", "Average"), Max("event.duration", "Longest"), Requests)),
            new Cell(24, Bars("Requests that went wrong, by code", "http.response.status_code >= 400", Group.Of("http.response.status_code", "Code"), Requests))),
        new Row(14, new Cell(48, Rows("Which events are not whole", "auditwatch-cut"))))
    {
        Controls = [],
    };

    const string IsCut = "auditwatch.truncated:true";
}
