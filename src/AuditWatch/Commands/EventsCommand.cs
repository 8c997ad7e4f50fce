using System.CommandLine;
using AuditWatch.Cli.Output;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch events search|show</c></summary>
internal static class EventsCommand
{
    public static Command Build(Terminal terminal) => new("events", "Audit events in the index; each row points to its bytes in the journal.")
    {
        Listing.List(terminal, "search", "Events that match every filter, newest first.", "events",
            [
                Listing.Filter("--cluster", "Only this cluster."), Listing.Filter("--user", "Authenticated or effective user."), Listing.Filter("--verb", "For instance get, create, delete."),
                Listing.Filter("--resource", "For instance secrets, or pods/exec."), Listing.Filter("--namespace", "The object's namespace."), Listing.Filter("--name", "The object's name."),
                Listing.Filter("--ip", "Client address."), Listing.Filter("--credential", "Credential id (JTI=… or X509SHA256=…)."), Listing.Filter("--pod", "The caller's pod."),
                Listing.Filter("--audit-id", "Every stage of this audit id."), Listing.Filter("--stage", "RequestReceived, ResponseStarted, ResponseComplete or Panic."), Listing.Filter("--outcome", "success, denied, failure or unknown."), Listing.Filter("--code", "HTTP status code."),
                Listing.Filter("--text", "Part of the request URI or user agent."), Listing.Filter("--order", "desc (default) or asc."),
                TimeText.Option("--since", "Not before."), TimeText.Option("--until", "Not after."),
            ],
            "time", "cluster", "stage", "verb", "user", "resource", "namespace", "name", "code", "client_ip", "event_id"),
        Listing.Show(terminal, "One event: its row and its bytes as the journal holds them.", "events", "event"),
    };
}
