using System.CommandLine;
using AuditWatch.Cli.Output;
using AuditWatch.Server.Queries;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch parked list|show|replay|drop</c></summary>
internal static class ParkedCommand
{
    public static Command Build(Terminal terminal) => new("parked", "Changes of alerts that a consumer of the bus failed on for a day, and that are put aside until somebody looks.")
    {
        Listing.List(terminal, "list", "What is parked, newest first, with what the consumer said.", "parked", [Listing.Filter("--consumer", "index, notify, routes or elasticsearch.")],
            "id", "consumer", "alert_id", "failures", "parked", "reason"),
        Listing.Show(terminal, "One parked change, with the alert as it now is.", "parked", "parked change"),
        NotifyCommand.Act(terminal, "replay", "Gives parked changes to the consumers that failed on them again, and to nobody else.", Id(), Acts.ReplayParked),
        NotifyCommand.Act(terminal, "drop", "Forgets parked changes: their consumers are never told.", Id(), Acts.DropParked),
    };

    static Argument<string> Id() => new("ID") { Description = "One parked change's id, or all." };
}
