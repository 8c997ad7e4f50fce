using System.CommandLine;
using AuditWatch.Cli.Output;
using AuditWatch.Server.Queries;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch notify routes|test|list|show|replay|drop</c></summary>
internal static class NotifyCommand
{
    public static Command Build(Terminal terminal) => new("notify", "Whom the server tells of alerts, and what became of it.")
    {
        Listing.List(terminal, "routes", "The configured routes.", "routes", [], "route", "type", "min_level", "clusters", "namespaces", "tactics", "every"),
        Act(terminal, "test", "Sends a test message over a route, now.", new Argument<string>("ROUTE") { Description = "The route's name." }, Acts.TestRoute),
        Listing.List(terminal, "list", "Messages, newest first; those that were given up are 'parked' with their reason.", "notifications",
            [Listing.Filter("--state", "waiting, sent or parked."), Listing.Filter("--route", "Of this route.")],
            "id", "route", "state", "alerts", "attempts", "created", "error"),
        Listing.Show(terminal, "One message and the alerts that it is about.", "notifications", "message"),
        Act(terminal, "replay", "Sends parked messages again.", new Argument<string>("ID") { Description = "One message's id, or all." }, Acts.ReplayNotifications),
        Act(terminal, "drop", "Forgets parked messages: they are never sent.", new Argument<string>("ID") { Description = "One message's id, or all." }, Acts.DropNotifications),
    };

    public static Command Act(Terminal terminal, string verb, string description, Argument<string> what, ActRoute route)
    {
        var command = new Command(verb, description);
        var place = new DataOrServer();
        place.AddTo(command);
        command.Add(what);
        command.SetAction(async (parse, stop) =>
        {
            await using var queries = await place.OpenAsync(parse, stop);
            terminal.Result((await Listing.AskAsync(() => queries.ActAsync(new Act(route, parse.GetRequiredValue(what), default), stop))).Json.Span);
            return ExitCode.Done;
        });
        return command;
    }
}
