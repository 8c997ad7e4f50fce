using System.CommandLine;
using AuditWatch.Cli.Output;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch deadletters list|show|replay</c></summary>
internal static class DeadLettersCommand
{
    public static Command Build(Terminal terminal)
    {
        var replay = new Command("replay", "Sends documents that Elasticsearch refused to it again (after a mapping was put right). Those that are taken leave the list.");
        var place = new DataOrServer();
        place.AddTo(replay);
        var id = new Argument<string?>("ID") { Description = "One event's id; default: all.", Arity = ArgumentArity.ZeroOrOne };
        replay.Add(id);
        replay.SetAction(async (parse, stop) =>
        {
            await using var queries = await place.OpenAsync(parse, stop);
            terminal.Result((await Listing.AskAsync(() => queries.ReplayDeadLettersAsync(parse.GetValue(id), stop))).Span);
            return ExitCode.Done;
        });
        return new Command("deadletters", "Documents that Elasticsearch will not take, with its reason. Their events are in the journal and in the embedded index.")
        {
            Listing.List(terminal, "list", "Dead letters, in the journal's order.", "deadletters", [], "event_id", "cluster", "attempts", "error_type", "reason"),
            Listing.Show(terminal, "One dead letter with its event.", "deadletters", "dead letter"),
            replay,
        };
    }
}
