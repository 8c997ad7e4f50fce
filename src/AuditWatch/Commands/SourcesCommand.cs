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
                "source", "type", "cluster", "state", "events", "rate", "silent", "counted", "last_received", "last_position", "lag", "last_error"),
            Listing.List(terminal, "api-servers", "How each API server stands: last event, rate, silence, clock, truncation, changes of its policy.", "api-servers",
                [Listing.Filter("--cluster", "Only this cluster."), Listing.Filter("--source", "Only this source."), Listing.Filter("--state", "Only those in this state: speaks, silent or new.")],
                "cluster", "source", "api_server", "state", "events", "rate", "last_event", "last_received", "silent_since", "silences", "policy_changes", "truncated", "repeats", "clock_ahead_seconds"),
            reset,
        };
    }
}
