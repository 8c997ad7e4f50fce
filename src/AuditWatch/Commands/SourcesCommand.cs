using System.CommandLine;
using AuditWatch.Cli.Output;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch sources status</c></summary>
internal static class SourcesCommand
{
    public static Command Build(Terminal terminal)
    {
        var reset = new Command("reset", "Lets an Event Hubs or file source forget how far it is: it begins again with the oldest event that is there. What the journal has already is not stored again.");
        var place = new DataOrServer();
        place.AddTo(reset);
        var name = new Argument<string>("NAME") { Description = "The source." };
        reset.Add(name);
        reset.SetAction(async (parse, stop) =>
        {
            await using var queries = await place.OpenAsync(parse, stop);
            terminal.Result((await Listing.AskAsync(() => queries.ResetSourceAsync(parse.GetRequiredValue(name), stop))).Span);
            return ExitCode.Done;
        });
        return new Command("sources", "Where events come from.")
        {
            Listing.List(terminal, "status", "What each source delivered, when last, and how it stands.", "sources", [],
                "source", "type", "cluster", "state", "events", "last_received", "last_position", "lag", "last_error"),
            reset,
        };
    }
}
