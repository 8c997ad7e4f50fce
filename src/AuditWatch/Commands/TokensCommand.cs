using System.CommandLine;
using System.Text.Json;
using AuditWatch.Cli.Output;
using AuditWatch.Server.Queries;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch tokens create|list|revoke</c></summary>
internal static class TokensCommand
{
    public static Command Build(Terminal terminal) => new("tokens", "Who may ask: API tokens with roles, for all clusters or for some (docs/access.md).")
    {
        Create(terminal),
        Listing.List(terminal, "list", "Tokens ever made, without the tokens themselves.", "tokens", [], "id", "name", "roles", "state", "expires", "created", "created_by"),
        Revoke(terminal),
    };

    static Command Create(Terminal terminal)
    {
        var command = new Command("create", "Makes a token and prints it, this once. From the first one on, the API needs a token everywhere, on this machine too.");
        var place = new DataOrServer();
        place.AddTo(command);
        var name = new Argument<string>("NAME") { Description = "Whom it speaks for: a person, or a program." };
        var roles = new Option<string[]>("--role") { Description = "viewer, analyst, engineer or admin; alone for all clusters, or as ROLE:CLUSTER. May be repeated.", HelpName = "ROLE", Required = true };
        var expires = new Option<string?>("--expires") { Description = "A time, a duration such as 30d, or never. Default 90d.", HelpName = "WHEN" };
        var format = OutputOptions.Format();
        foreach (var symbol in (Symbol[])[name, roles, expires, format])
        {
            if (symbol is Argument argument) command.Add(argument);
            else command.Add((Option)symbol);
        }
        command.SetAction(async (parse, stop) =>
        {
            await using var queries = await place.OpenOrMakeAsync(parse, stop);
            var wish = new TokenBody { Name = parse.GetRequiredValue(name), Roles = parse.GetValue(roles), Expires = parse.GetValue(expires) };
            var answer = await Listing.AskAsync(() => queries.ActAsync(new Act(Acts.CreateToken, null, ActBody.Write(wish)), stop));
            if (OutputOptions.Choose(parse.GetValue(format), terminal) != OutputFormat.Table)
            {
                terminal.Result(answer.Json.Span);
                return ExitCode.Done;
            }
            using var json = JsonDocument.Parse(answer.Json);
            terminal.Note($"The token {json.RootElement.GetProperty("id").GetString()} is shown this once; only its hash is kept. Use it as AUDITWATCH_TOKEN, or from a file with --token-file.");
            terminal.Result(json.RootElement.GetProperty("token").GetString()!);
            return ExitCode.Done;
        });
        return command;
    }

    static Command Revoke(Terminal terminal)
    {
        var command = new Command("revoke", "Takes a token back, at once and for good.");
        var place = new DataOrServer();
        place.AddTo(command);
        var id = new Argument<string>("ID") { Description = "Its id, as tokens list says it." };
        command.Add(id);
        command.SetAction(async (parse, stop) =>
        {
            await using var queries = await place.OpenAsync(parse, stop);
            terminal.Result((await Listing.AskAsync(() => queries.ActAsync(new Act(Acts.RevokeToken, parse.GetRequiredValue(id), default), stop))).Json.Span);
            return ExitCode.Done;
        });
        return command;
    }
}
