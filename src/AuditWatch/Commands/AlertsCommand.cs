using System.CommandLine;
using AuditWatch.Cli.Output;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch alerts list|show</c>, and what people do with alerts.</summary>
internal static class AlertsCommand
{
    public static Command Build(Terminal terminal)
    {
        var command = new Command("alerts", "Alerts that were raised, and what people make of them.")
        {
            Listing.List(terminal, "list", "Alerts, newest first.", "alerts", Filters(), "time", "level", "rule.name", "status", "triage.assignee", "count", "alert_id", "sentence"),
            Listing.Show(terminal, "One alert with its evidence, history and the rule's runbook.", "alerts", "alert"),
        };
        foreach (var act in TriageCommands.Build(terminal)) command.Add(act);
        return command;
    }

    public static Option[] Filters() =>
    [
        Listing.Filter("--cluster", "Only this cluster."), Listing.Filter("--min-level", "This level or above."), Listing.Filter("--rule", "A rule's id or name."),
        Listing.Filter("--status", "new, acknowledged, closed, reopened, or open (all but closed)."), Listing.Filter("--resolution", "Closed as true_positive, benign_expected, noise or duplicate."),
        Listing.Filter("--assignee", "Whose it is."), new Option<bool>("--unassigned") { Description = "Only what is nobody's." }, Listing.Filter("--tag", "With this tag."), Listing.Filter("--incident", "Steps of this incident."),
        Listing.Filter("--user", "The acting user."), Listing.Filter("--credential", "The credential's id."), Listing.Filter("--ip", "The client's address."), Listing.Filter("--namespace", "The object's namespace."),
        TimeText.Option("--since", "Not before."), TimeText.Option("--until", "Not after."),
    ];
}
