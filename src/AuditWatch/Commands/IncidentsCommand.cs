using System.CommandLine;
using System.Globalization;
using AuditWatch.Cli.Output;
using AuditWatch.Server.Queries;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch incidents list|show|merge|split|undo</c></summary>
internal static class IncidentsCommand
{
    public static Command Build(Terminal terminal)
    {
        var others = new Argument<string[]>("OTHER") { Description = "Incidents that are part of it.", Arity = ArgumentArity.OneOrMore };
        var alerts = new Argument<string[]>("ALERT") { Description = "Alerts that are none of its steps.", Arity = ArgumentArity.OneOrMore };
        return new Command("incidents", "Alerts that hang together by cause, as one story: order, reasons, one line per step.")
        {
            Listing.List(terminal, "list", "Incidents, the one with the newest step first.", "incidents",
                [
                    Listing.Filter("--cluster", "Only this cluster."), Listing.Filter("--min-level", "This level or above."),
                    TimeText.Option("--since", "With a step not before."), TimeText.Option("--until", "Begun before."),
                ],
                "last", "level", "alerts", "incident_id", "actors", "story"),
            Listing.Show(terminal, "One incident with its steps, why each belongs to it, and what people joined and parted.", "incidents", "incident"),
            Edit(terminal, "merge", "Joins other incidents to one. Stays so through a replay.", others, Acts.MergeIncident, (parse, by, note) => new IncidentBody { Incidents = parse.GetValue(others), By = by, Note = note }),
            Edit(terminal, "split", "Parts alerts from an incident, as an incident of their own. Stays so through a replay.", alerts, Acts.SplitIncident, (parse, by, note) => new IncidentBody { Alerts = parse.GetValue(alerts), By = by, Note = note }),
            Undo(terminal),
        };
    }

    static Command Edit(Terminal terminal, string verb, string description, Argument<string[]> what, ActRoute route, Func<ParseResult, string?, string?, IncidentBody> body)
    {
        var command = new Command(verb, description);
        var place = new DataOrServer();
        place.AddTo(command);
        var id = new Argument<string>("INCIDENT") { Description = "The incident." };
        var note = new Option<string?>("--note") { Description = "Why.", HelpName = "TEXT" };
        var by = TriageCommand.By();
        command.Add(id);
        command.Add(what);
        command.Add(note);
        command.Add(by);
        var ifVersion = IfVersion();
        command.Add(ifVersion);
        command.SetAction(async (parse, stop) =>
        {
            await using var queries = await place.OpenAsync(parse, stop);
            var wish = body(parse, parse.GetValue(by), parse.GetValue(note));
            terminal.Result((await Listing.AskAsync(() => queries.ActAsync(new Act(route, parse.GetRequiredValue(id), ActBody.Write(wish)) { IfState = parse.GetValue(ifVersion) }, stop))).Json.Span);
            return ExitCode.Done;
        });
        return command;
    }

    static Option<string?> IfVersion() => new("--if-version") { Description = "Only if the incident is still at this version, as incidents list and show say it.", HelpName = "VERSION" };

    static Command Undo(Terminal terminal)
    {
        var command = new Command("undo", "Takes one merge or split back.");
        var place = new DataOrServer();
        place.AddTo(command);
        var edit = new Argument<long>("EDIT") { Description = "The edit's number, as incidents show says it." };
        var ifVersion = IfVersion();
        command.Add(edit);
        command.Add(ifVersion);
        command.SetAction(async (parse, stop) =>
        {
            await using var queries = await place.OpenAsync(parse, stop);
            terminal.Result((await Listing.AskAsync(() => queries.ActAsync(new Act(Acts.UndoIncidentEdit, parse.GetValue(edit).ToString(CultureInfo.InvariantCulture), default) { IfState = parse.GetValue(ifVersion) }, stop))).Json.Span);
            return ExitCode.Done;
        });
        return command;
    }
}
