using System.CommandLine;
using System.Text.Json;
using AuditWatch.Cli.Output;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Backtest;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch rules diff BASE..HEAD</c>: what another version of the rules changes on the same history.</summary>
internal static class RuleDiffCommand
{
    public static Command Build(Terminal terminal)
    {
        var command = new Command("diff", "Alerts added, removed and unchanged between two versions of the rules on the same history, as Markdown for a pull request.");
        var range = new Argument<string>("BASE..HEAD") { Description = "Two git revisions, or two rule folders." };
        var history = new HistoryOptions();
        var rules = new Option<string>("--rules") { Description = "The rule folder inside the repository, as seen from here, for revisions. Default: detections.", HelpName = "DIR", DefaultValueFactory = _ => "detections" };
        var budget = new Option<int?>("--budget") { Description = "The noise budget: exit 1 when more alerts than this are added.", HelpName = "N" };
        var buildChains = new Option<bool>("--build-chains") { Description = "Build and run the chains (chains/*.cs) of each version; needs the .NET SDK. Without it both versions are judged with this program's own chains." };
        var format = OutputOptions.Format("markdown");
        format.Description = "markdown (default), json, ndjson (one line per alert that changed), table.";
        command.Add(range);
        history.AddTo(command);
        foreach (var option in new Option[] { rules, budget, buildChains, format }) command.Add(option);
        command.SetAction((parse, stop) =>
        {
            var ends = parse.GetValue(range)!.Split("..", 2);
            if (ends is not [{ Length: > 0 } from, { Length: > 0 } to]) throw new CommandFault(ExitCode.Usage, "Write BASE..HEAD: two git revisions, or two rule folders.");
            using var versions = new RuleVersions(parse.GetValue(rules)!);
            // Everything is found and loaded before anything runs.
            using var chains = new VersionChains(parse.GetValue(buildChains));
            var (older, newer) = (versions.Find(from), versions.Find(to));
            if (chains.LeavesOut(older, newer)) terminal.Note("The chains of the two versions differ; both are judged with this program's own. --build-chains builds and runs each version's.");
            var (before, after) = (RuleOptions.Load(chains.Sources(older), terminal), RuleOptions.Load(chains.Sources(newer), terminal));
            var past = history.Read(parse, terminal);
            if (past.Files.Any(f => f.Name == "-")) throw new CommandFault(ExitCode.Usage, "The history is read twice, once for each version: name a file instead of '-'.");
            var (old, events) = HistoryOptions.Run(before, past, stop);
            var (now, _) = HistoryOptions.Run(after, past, stop);
            past.End();
            var diff = RuleDiff.Of(old, now);
            var most = parse.GetValue(budget);
            if (parse.GetValue(format) is null or "markdown") terminal.Result(RuleDiffMarkdown.Write(diff, parse.GetValue(range)!, events, most).TrimEnd());
            else Rows(terminal, OutputOptions.Choose(parse.GetValue(format), terminal), diff);
            terminal.Note($"{diff.Added.Count} added, {diff.Removed.Count} removed, {diff.Releveled.Count} at another level, {diff.Unchanged.Count} unchanged.");
            return Task.FromResult(past.Unreadable() > 0 ? ExitCode.Unreadable : most is { } n && diff.Added.Count > n ? ExitCode.Found : ExitCode.Done);
        });
        return command;
    }

    static void Rows(Terminal terminal, OutputFormat format, RuleDiff diff)
    {
        var writer = new RowWriter(terminal, format, "change", "level", "name", "sentence");
        foreach (var (change, alerts) in new[] { ("added", diff.Added), ("removed", diff.Removed), ("releveled", diff.Releveled) })
            foreach (var alert in alerts) writer.Write(Row(change, alert));
        writer.End();
    }

    static byte[] Row(string change, Alert a) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        change, alert_id = a.AlertId, rule = a.Rule.Id, name = a.Rule.Name, level = a.Level, actor = a.Actor.EffectiveUser ?? a.Actor.User, @namespace = a.Object?.Namespace, sentence = a.Sentence,
    });
}
