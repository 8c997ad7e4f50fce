using System.CommandLine;
using AuditWatch.Cli.Output;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch timeline --user|--pod|--ip|--credential X --around T --window D</c></summary>
internal static class TimelineCommand
{
    public static Command Build(Terminal terminal)
    {
        Option[] entities =
        [
            Listing.Filter("--user", "A user, by either identity when impersonating."), Listing.Filter("--pod", "A pod: namespace/name."), Listing.Filter("--ip", "A client address."),
            Listing.Filter("--credential", "A credential id (JTI=… or X509SHA256=…)."), Listing.Filter("--namespace", "A namespace."), Listing.Filter("--container", "A container that Falco saw, by name or id."),
        ];
        var command = Listing.List(terminal, "timeline", "Who did what, in order: events and alerts around a time, for one user, pod, address, credential, namespace or container.", "timeline",
            [
                .. entities, Listing.Filter("--cluster", "Only this cluster."), TimeText.Option("--around", "The middle of the window; default: the newest event."),
                TimeText.Duration("--window", "Width of the window to either side. Default 15m."),
            ],
            "time", "kind", "level", "count", "sentence");
        command.Validators.Add(result =>
        {
            var given = entities.Count(e => result.GetResult(e) is { Implicit: false });
            if (given != 1) result.AddError("Give exactly one of --user, --pod, --ip, --credential, --namespace, --container.");
        });
        return command;
    }
}
