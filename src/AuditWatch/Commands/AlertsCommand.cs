using System.CommandLine;
using AuditWatch.Cli.Output;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch alerts list|show</c></summary>
internal static class AlertsCommand
{
    public static Command Build(Terminal terminal) => new("alerts", "Alerts that were raised.")
    {
        Listing.List(terminal, "list", "Alerts, newest first.", "alerts",
            [
                Listing.Filter("--cluster", "Only this cluster."), Listing.Filter("--min-level", "This level or above."), Listing.Filter("--rule", "A rule's id or name."),
                Listing.Filter("--status", "new, acknowledged or closed."), Listing.Filter("--user", "The acting user."), Listing.Filter("--namespace", "The object's namespace."),
                TimeText.Option("--since", "Not before."), TimeText.Option("--until", "Not after."),
            ],
            "time", "level", "rule.name", "status", "count", "alert_id", "sentence"),
        Listing.Show(terminal, "One alert with its evidence, history and the rule's runbook.", "alerts", "alert"),
    };
}
