using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using AuditWatch.Cli.Output;
using AuditWatch.Server.Queries;

namespace AuditWatch.Cli.Commands;

/// <summary>One command that changes triage: of the alerts that are named, or with <c>--all</c> of those that the filters match.</summary>
internal sealed class TriageCommand(Terminal terminal, string verb, string description)
{
    readonly DataOrServer _place = new();
    readonly Argument<string[]> _ids = new("ID") { Description = "Alerts' ids.", Arity = ArgumentArity.ZeroOrMore };
    readonly Option<string?> _note = new("--note") { Description = "A remark for the history.", HelpName = "TEXT" };
    readonly Option<string?> _by = By();
    readonly Option<long?> _ifVersion = new("--if-version") { Description = "Only if the alert is still at this version (triage.version of alerts list); one ID only.", HelpName = "N" };
    readonly Option<bool> _all = new("--all") { Description = "All alerts that the filters match, not those named." };
    readonly Option<bool> _dryRun = new("--dry-run") { Description = "With --all: only say how many match." };
    readonly Option<bool> _yes = new("--yes") { Description = "With --all: however many they are." };
    readonly Option<long?> _expect = new("--expect") { Description = "With --all: change nothing unless exactly so many match.", HelpName = "N" };
    readonly Option[] _filters = AlertsCommand.Filters();

    public static Option<string?> By() => new("--by") { Description = "Who does it. Default: this machine's user.", DefaultValueFactory = _ => Environment.UserName, HelpName = "NAME" };

    public Command Build(Option[] own, Func<ParseResult, TriageBody> body)
    {
        var command = new Command(verb, description);
        _place.AddTo(command);
        command.Add(_ids);
        foreach (var option in own) command.Add(option);
        foreach (var option in (Option[])[_note, _by, _ifVersion, _all, _dryRun, _yes, _expect, .. _filters]) command.Add(option);
        command.SetAction(async (parse, stop) =>
        {
            var wish = body(parse) with { Note = parse.GetValue(_note), By = parse.GetValue(_by) };
            if (verb == "note" && wish.Note is null) throw new CommandFault(ExitCode.Usage, "Say the remark with --note TEXT.");
            if (verb == "tag" && wish is { AddTags: null or { Count: 0 }, RemoveTags: null or { Count: 0 } }) throw new CommandFault(ExitCode.Usage, "Name tags with --add or --remove.");
            var ids = parse.GetValue(_ids) ?? [];
            if (ids.Length > 0 == parse.GetValue(_all)) throw new CommandFault(ExitCode.Usage, "Name alerts by their ids, or say --all with filters.");
            await using var queries = await _place.OpenAsync(parse, stop);
            if (parse.GetValue(_all)) await ChangeAllAsync(queries, parse, wish, stop);
            else await ChangeEachAsync(queries, parse, ids, wish, stop);
            return ExitCode.Done;
        });
        return command;
    }

    async Task ChangeEachAsync(IQueries queries, ParseResult parse, string[] ids, TriageBody wish, CancellationToken stop)
    {
        var version = parse.GetValue(_ifVersion);
        if (version is not null && ids.Length != 1) throw new CommandFault(ExitCode.Usage, "--if-version goes with one ID.");
        if (Listing.Filters(parse, _filters).Count > 0) throw new CommandFault(ExitCode.Usage, "Filters go with --all.");
        foreach (var id in ids)
        {
            var answer = await Listing.AskAsync(() => queries.ActAsync(new Act(Acts.TriageAlert, id, ActBody.Write(wish)) { IfVersion = version }, stop));
            terminal.Result(answer.Json.Span);
        }
    }

    async Task ChangeAllAsync(IQueries queries, ParseResult parse, TriageBody wish, CancellationToken stop)
    {
        var filters = Listing.Filters(parse, _filters);
        var counted = await AskAsync(wish with { DryRun = true });
        using var count = JsonDocument.Parse(counted.Json);
        var matched = count.RootElement.GetProperty("matched").GetInt64();
        terminal.Note($"{matched} alerts match.");
        if (parse.GetValue(_dryRun))
        {
            terminal.Result(counted.Json.Span);
            return;
        }
        var expected = parse.GetValue(_expect) ?? (parse.GetValue(_yes) ? matched
            : throw new CommandFault(ExitCode.Usage, string.Create(CultureInfo.InvariantCulture, $"{matched} alerts match. Say --yes to change them, or --expect {matched}.")));
        var answer = await AskAsync(wish with { Expected = expected });
        terminal.Result(answer.Json.Span);
        using var job = JsonDocument.Parse(answer.Json);
        terminal.Note($"{job.RootElement.GetProperty("changed")} changed, {job.RootElement.GetProperty("skipped")} left as they were. To take it back: auditwatch alerts undo {job.RootElement.GetProperty("id")}");

        Task<ActAnswer> AskAsync(TriageBody body) => Listing.AskAsync(() => queries.ActAsync(new Act(Acts.TriageAlerts, null, ActBody.Write(body)) { Filters = filters }, stop));
    }
}
