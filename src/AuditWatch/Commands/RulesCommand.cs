using System.CommandLine;
using System.Text.Json;
using AuditWatch.Cli.Output;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Scanning;
using AuditWatch.Sigma.Evaluation;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch rules …</c>: what detection engineers do with rules.</summary>
internal static class RulesCommand
{
    public static Command Build(Terminal terminal) => new("rules", "Check, test and try rules.") { Lint(terminal), RuleTestCommand.Build(terminal), Match(terminal), Stats(terminal) };

    static Command Lint(Terminal terminal)
    {
        var command = new Command("lint", "Reads and checks every rule, list and filter; says what is wrong, where, and what to change.");
        var rules = new RuleOptions();
        rules.AddTo(command);
        var failOn = new Option<string>("--fail-on") { Description = "Exit 1 at findings of this level: error (default), warning, info.", DefaultValueFactory = _ => "error" };
        failOn.AcceptOnlyFromAmong("error", "warning", "info");
        var format = OutputOptions.Format("sarif");
        command.Add(failOn);
        command.Add(format);
        command.SetAction(parse =>
        {
            var problems = new List<Problem>();
            var snapshot = RuleSnapshot.Load(rules.Sources(parse), problems);
            problems = [.. problems.OrderBy(p => p.File, StringComparer.Ordinal).ThenBy(p => p.Line).ThenBy(p => p.Column)];
            if (parse.GetValue(format) == "sarif") terminal.Result(SarifReport.ToUtf8(problems));
            else Write(problems, new RowWriter(terminal, OutputOptions.Choose(parse.GetValue(format), terminal), "level", "code", "file", "line", "message"));
            terminal.Note($"{snapshot.Documents.Count} rules, {problems.Count} findings.");
            var worst = Enum.Parse<ProblemSeverity>(parse.GetValue(failOn)!, ignoreCase: true);
            return problems.Any(p => p.Severity >= worst) ? ExitCode.Found : ExitCode.Done;
        });
        return command;
    }

    static void Write(List<Problem> problems, RowWriter writer)
    {
        foreach (var p in problems)
            writer.Write(JsonSerializer.SerializeToUtf8Bytes(new { code = p.Code, level = p.Severity.ToString().ToLowerInvariant(), file = p.File, line = p.Line, column = p.Column, rule = p.Rule, message = p.Message, fix = p.Fix }));
        writer.End();
    }

    static Command Match(Terminal terminal)
    {
        var command = new Command("match", "The event layer's raw verdicts: one line per (event, rule) that is true. No joining, suppression, exceptions or chains.");
        var inputs = new InputOptions();
        var rules = new RuleOptions(required: true);
        var unknown = new Option<bool>("--unknown") { Description = "Also events on which a rule cannot be decided, with the reasons." };
        var format = OutputOptions.Format();
        var limit = OutputOptions.Limit(0);
        inputs.AddTo(command);
        rules.AddTo(command);
        command.Add(unknown);
        command.Add(format);
        command.Add(limit);
        command.SetAction((parse, stop) =>
        {
            var files = inputs.Inputs(parse);
            var (options, progress, unreadable) = inputs.Watched(parse, terminal, files);
            var snapshot = RuleOptions.Load(rules.Sources(parse) with { MatchLogSource = false, Filters = false, Profiles = [options.Cluster.Profile] }, terminal);
            var writer = new RowWriter(terminal, OutputOptions.Choose(parse.GetValue(format), terminal), "file", "line", "stage", "rule", "verdict");
            var left = parse.GetValue(limit) is > 0 and var most ? most : long.MaxValue;
            new MatchRun(snapshot, options, parse.GetValue(unknown)).Run(files.Files, match =>
            {
                if (left-- <= 0) return;
                progress.Clear();
                writer.Write(Line(match));
            }, stop);
            progress.End();
            writer.End();
            return Task.FromResult(unreadable() > 0 ? ExitCode.Unreadable : ExitCode.Done);
        });
        return command;
    }

    static Command Stats(Terminal terminal) => Listing.List(terminal, "stats", "Matches, unknowns by reason and cost of every rule, as the running server counts them.", "rules",
        [Listing.Filter("--cluster", "Only this cluster.")], "name", "cluster", "matches", "unknown", "last_match", "mean_ns");

    static byte[] Line(RuleMatch match) => match.Verdict.Truth == Truth.True
        ? JsonSerializer.SerializeToUtf8Bytes(new { file = match.File, line = match.Line, audit_id = match.AuditId, stage = match.Stage, rule = match.RuleId, verdict = "true" })
        : JsonSerializer.SerializeToUtf8Bytes(new { file = match.File, line = match.Line, audit_id = match.AuditId, stage = match.Stage, rule = match.RuleId, verdict = "unknown", reasons = UnknownReasons.Of(match.Verdict.Why) });
}
