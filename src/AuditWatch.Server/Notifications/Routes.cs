using AuditWatch.Detection.Alerts;
using AuditWatch.Storage.State;

namespace AuditWatch.Server.Notifications;

/// <summary>The configured routes, and which of them want to hear of an alert.</summary>
sealed class Routes(IReadOnlyList<RouteConfig> routes, HttpChannel http, MailChannel mail, SyslogChannel syslog)
{
    public IReadOnlyList<RouteConfig> All => routes;

    public RouteConfig? Find(string name) => routes.FirstOrDefault(r => r.Name == name);

    public IChannel ChannelOf(RouteConfig route) => route.Type switch { "email" => mail, "syslog" => syslog, _ => http };

    public IReadOnlyList<string> For(Alert alert) => [.. routes.Where(r => Wants(r, alert)).Select(r => r.Name)];

    static bool Wants(RouteConfig route, Alert alert) =>
        AlertLevel.RankOf(alert.Level) >= AlertLevel.RankOf(route.MinLevel)
        && (route.Clusters.Count == 0 || route.Clusters.Contains(alert.Cluster))
        && (route.Namespaces.Count == 0 || alert.Object?.Namespace is { } ns && route.Namespaces.Contains(ns))
        && (route.Tactics.Count == 0 || alert.Rule.Tactics.Any(route.Tactics.Contains));
}
