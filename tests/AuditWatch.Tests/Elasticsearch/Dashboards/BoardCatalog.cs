namespace AuditWatch.Tests.Elasticsearch.Dashboards;

/// <summary>Every dashboard that ships, in the order of Kibana's list.</summary>
internal static class BoardCatalog
{
    public static IReadOnlyList<Board> All { get; } =
    [
        Boards.Overview, Boards.Alerts, Boards.Secrets, Boards.Rbac, Boards.Workloads, Boards.Sessions, Boards.Denied, Boards.Network, Boards.Identity, Boards.Timeline, Boards.Patches, Boards.Pipeline,
    ];

    public static string TitleOf(string id) => id switch { Boards.IdentityId => "the identity", Boards.TimelineId => "the timeline", Boards.AlertsId => "the alerts", _ => All.First(b => b.Id == id).Title };
}
