using System.CommandLine;
using System.Text.Json;
using AuditWatch.Cli.Output;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Scanning;
using AuditWatch.Storage.State;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch scan PATH…</c>: all rules over files, offline, no state before or after.</summary>
internal static class ScanCommand
{
    static readonly string[] Levels = ["informational", "low", "medium", "high", "critical"];

    public static Command Build(Terminal terminal)
    {
        var command = new Command("scan", "Judges audit logs offline: files, folders, packed or not, in any known envelope. Prints alerts; no server, no state.");
        var inputs = new InputOptions();
        var rules = new RuleOptions();
        var exceptions = new Option<string[]>("--exceptions") { Description = "A folder of site exceptions (Sigma filters); may be repeated.", HelpName = "DIR" };
        var baseline = new BaselineOptions();
        var minLevel = new Option<string?>("--min-level") { Description = "Show alerts of this level or above." };
        var failOn = new Option<string?>("--fail-on") { Description = "Exit 1 when an alert of this level or above was found." };
        var stats = new Option<bool>("--stats") { Description = "End with one JSON line of counts on stderr." };
        var format = OutputOptions.Format();
        var limit = OutputOptions.Limit(0);
        minLevel.AcceptOnlyFromAmong(Levels);
        failOn.AcceptOnlyFromAmong(Levels);
        inputs.AddTo(command);
        rules.AddTo(command);
        baseline.AddTo(command);
        foreach (var option in new Option[] { exceptions, minLevel, failOn, stats, format, limit }) command.Add(option);

        exceptions.Validators.Add(result =>
        {
            foreach (var folder in result.Tokens.Where(t => !Directory.Exists(t.Value))) result.AddError($"--exceptions names the folder '{folder.Value}', which does not exist.");
        });

        command.SetAction((parse, stop) =>
        {
            var files = inputs.Inputs(parse, terminal);
            var (options, progress, unreadable) = inputs.Watched(parse, terminal, files);
            options = options with { Baseline = baseline.Read(parse, terminal) };
            var snapshot = RuleOptions.Load(rules.Sources(parse) with { ExceptionDirs = parse.GetValue(exceptions) ?? [], Profiles = [options.Cluster.Profile] }, terminal);
            var began = TimeProvider.System.GetTimestamp();
            var result = new ScanRun(snapshot, options).Run(files.Files, stop);
            var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
            progress.End();

            var shown = result.Alerts.Where(a => IsAtLeast(a.Level, parse.GetValue(minLevel))).ToList();
            var writer = new RowWriter(terminal, OutputOptions.Choose(parse.GetValue(format), terminal), "time", "level", "rule.name", "count", "sentence");
            foreach (var alert in parse.GetValue(limit) is > 0 and var most ? shown.Take((int)Math.Min(most, int.MaxValue)) : shown) writer.Write(AlertJson.ToUtf8(alert));
            writer.End();
            if (terminal.ErrorIsTerminal) terminal.Note($"{result.Alerts.Count} alerts in {result.Events} events, {result.Bytes / 1e6:F0} MB, {seconds:F1} s.");
            if (parse.GetValue(stats)) terminal.Note(Stats(result, seconds));
            var found = parse.GetValue(failOn) is { } level && result.Alerts.Any(a => IsAtLeast(a.Level, level));
            return Task.FromResult(unreadable() > 0 ? ExitCode.Unreadable : found ? ExitCode.Found : ExitCode.Done);
        });
        return command;
    }

    static bool IsAtLeast(string level, string? least) => least is null || AlertLevel.RankOf(level) >= AlertLevel.RankOf(least);

    static string Stats(ScanResult result, double seconds) => JsonSerializer.Serialize(new
    {
        events = result.Events,
        bytes = result.Bytes,
        seconds = Math.Round(seconds, 3),
        quarantined = result.Quarantined,
        unknown = result.Statistics.Read().Where(r => r.Unknown.Count > 0).ToDictionary(r => r.RuleId, r => r.Unknown),
    });
}
