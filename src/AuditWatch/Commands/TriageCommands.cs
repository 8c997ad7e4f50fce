using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using AuditWatch.Cli.Output;
using AuditWatch.Server.Queries;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch alerts ack|close|reopen|assign|tag|note|undo</c>: on alerts by id, or on all that match filters, with their number said first.</summary>
internal static class TriageCommands
{
    public static IEnumerable<Command> Build(Terminal terminal)
    {
        yield return new TriageCommand(terminal, "ack", "Somebody is on it: theirs from now on, unless it is somebody's already.").Build([], _ => new TriageBody { Status = "acknowledged" });

        var resolution = new Option<string>("--as") { Description = "What it turned out to be: true-positive, benign-expected, noise, duplicate.", Required = true, HelpName = "WHAT" };
        yield return new TriageCommand(terminal, "close", "It is dealt with. It is opened again when more evidence joins.")
            .Build([resolution], parse => new TriageBody { Status = "closed", Resolution = parse.GetValue(resolution) });

        yield return new TriageCommand(terminal, "reopen", "It was closed too early.").Build([], _ => new TriageBody { Status = "reopened" });

        var to = new Option<string?>("--to") { Description = "Whose it is from now on; without it, nobody's.", HelpName = "NAME" };
        yield return new TriageCommand(terminal, "assign", "Gives it to somebody, or to nobody.")
            .Build([to], parse => new TriageBody { Assignee = parse.GetValue(to), Unassign = parse.GetValue(to) is null });

        var add = new Option<string[]>("--add") { Description = "A tag to add.", HelpName = "TAG" };
        var remove = new Option<string[]>("--remove") { Description = "A tag to take off.", HelpName = "TAG" };
        yield return new TriageCommand(terminal, "tag", "Adds tags and takes tags off.")
            .Build([add, remove], parse => new TriageBody { AddTags = parse.GetValue(add), RemoveTags = parse.GetValue(remove) });

        yield return new TriageCommand(terminal, "note", "Adds a remark (--note).").Build([], parse => new TriageBody());
        yield return Undo(terminal);
        yield return Listing.List(terminal, "jobs", "Bulk changes, newest first.", "triage-jobs", [], "id", "at", "by", "state", "matched", "changed", "skipped", "change");
    }

    static Command Undo(Terminal terminal)
    {
        var command = new Command("undo", "Takes a bulk change back. Alerts that somebody has changed since are left alone, and counted.");
        var place = new DataOrServer();
        place.AddTo(command);
        var job = new Argument<long>("JOB") { Description = "The number that the bulk change printed." };
        var by = TriageCommand.By();
        command.Add(job);
        command.Add(by);
        command.SetAction(async (parse, stop) =>
        {
            await using var queries = await place.OpenAsync(parse, stop);
            var id = parse.GetValue(job).ToString(CultureInfo.InvariantCulture);
            var answer = await Listing.AskAsync(() => queries.ActAsync(new Act(Acts.UndoTriage, id, ActBody.Write(new WhoBody { By = parse.GetValue(by) })), stop));
            terminal.Result(answer.Json.Span);
            using var json = JsonDocument.Parse(answer.Json);
            terminal.Note($"{json.RootElement.GetProperty("put_back")} alerts put back, {json.RootElement.GetProperty("left_alone")} changed since and left alone.");
            return ExitCode.Done;
        });
        return command;
    }
}
