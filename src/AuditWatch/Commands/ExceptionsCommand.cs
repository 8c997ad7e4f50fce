using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using AuditWatch.Cli.Output;
using AuditWatch.Server.Queries;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch exceptions list|add|end</c></summary>
internal static class ExceptionsCommand
{
    public static Command Build(Terminal terminal) => new("exceptions", "What a site expects: Sigma filters with an owner, a reason and an end. They hide alerts, never evidence.")
    {
        Listing.List(terminal, "list", "Exceptions, the one that ends first on top.", "exceptions",
            [Listing.Filter("--state", "active, expiring (within 14 days), expired or ended."), Listing.Filter("--review", "true: only those that somebody should look at: they end soon, have expired, or hide nothing.")],
            "id", "expires", "state", "owner", "hidden", "last_hidden", "stored_alerts_covered", "title", "review"),
        Add(terminal),
        End(terminal),
    };

    static Command End(Terminal terminal)
    {
        var command = new Command("end", "Ends an exception, for good: what is judged from then on is told again.");
        var place = new DataOrServer();
        place.AddTo(command);
        var id = new Argument<string>("EXCEPTION") { Description = "The exception's id." };
        command.Add(id);
        command.SetAction(async (parse, stop) =>
        {
            await using var queries = await place.OpenAsync(parse, stop);
            var answer = await Listing.AskAsync(() => queries.ActAsync(new Act(Acts.EndException, parse.GetRequiredValue(id), default), stop));
            terminal.Result(answer.Json.Span);
            return ExitCode.Done;
        });
        return command;
    }

    static Command Add(Terminal terminal)
    {
        var command = new Command("add", "Makes an exception from an alert, and says which alerts it would have hidden. A server that runs holds it from then on, without a restart.");
        var place = new DataOrServer();
        place.AddTo(command);
        var alert = new Argument<string>("ALERT") { Description = "The alert's id." };
        var owner = new Option<string>("--owner") { Description = "Who answers for it.", Required = true, HelpName = "NAME" };
        var reason = new Option<string>("--reason") { Description = "Why it is expected.", Required = true, HelpName = "TEXT" };
        var expires = new Option<string>("--expires") { Description = "The day from which on it no longer holds: YYYY-MM-DD, or a duration from now such as 30d.", Required = true, HelpName = "WHEN" };
        var field = new Option<string[]>("--field") { Description = "What must be as in the alert: user, verb, resource, subresource, namespace, name, ip, agent. Default: user, verb, resource, namespace.", HelpName = "FIELD" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only show the document and what it would have hidden." };
        foreach (var part in (Symbol[])[alert, owner, reason, expires, field, dryRun])
        {
            if (part is Argument argument) command.Add(argument);
            else command.Add((Option)part);
        }
        command.SetAction(async (parse, stop) =>
        {
            await using var queries = await place.OpenAsync(parse, stop);
            var body = new ExceptionBody { Owner = parse.GetValue(owner), Reason = parse.GetValue(reason), Expires = parse.GetValue(expires), Fields = parse.GetValue(field), DryRun = parse.GetValue(dryRun) };
            var answer = await Listing.AskAsync(() => queries.ActAsync(new Act(Acts.ExceptAlert, parse.GetRequiredValue(alert), ActBody.Write(body)), stop));
            terminal.Result(answer.Json.Span);
            using var json = JsonDocument.Parse(answer.Json);
            terminal.Note(string.Create(CultureInfo.InvariantCulture, $"It would have hidden {json.RootElement.GetProperty("would_have_hidden")} of {json.RootElement.GetProperty("alerts")} alerts of this rule."));
            return ExitCode.Done;
        });
        return command;
    }
}
