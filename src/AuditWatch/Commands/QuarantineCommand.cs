using System.CommandLine;
using AuditWatch.Cli.Output;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch quarantine list|show|replay</c></summary>
internal static class QuarantineCommand
{
    public static Command Build(Terminal terminal)
    {
        var replay = new Command("replay", "Sends quarantined records through the pipeline again (after an update that understands them).");
        var place = new DataOrServer();
        place.AddTo(replay);
        var id = new Argument<string?>("ID") { Description = "One record; default: all.", Arity = ArgumentArity.ZeroOrOne };
        replay.Add(id);
        replay.SetAction(async (parse, stop) =>
        {
            await using var queries = await place.OpenAsync(parse, stop);
            terminal.Result((await Listing.AskAsync(() => queries.ReplayQuarantineAsync(parse.GetValue(id), stop))).Span);
            return ExitCode.Done;
        });
        return new Command("quarantine", "Records that could not be taken as events, kept with the reason, cleaned of secrets.")
        {
            Listing.List(terminal, "list", "Quarantined records, newest first.", "quarantine",
                [Listing.Filter("--reason", "Only this reason."), Listing.Filter("--source", "Only this source."), Listing.Filter("--cluster", "Only this cluster.")],
                "id", "received", "cluster", "source", "reason", "bytes"),
            Listing.Show(terminal, "One record: the reason, the place, and what was kept of it.", "quarantine", "record"),
            replay,
        };
    }
}
