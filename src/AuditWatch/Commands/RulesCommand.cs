using System.CommandLine;
using System.Text.Json;
using AuditWatch.Cli.Output;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Scanning;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch rules …</c>: what detection engineers do with rules.</summary>
internal static class RulesCommand
{
    public static Command Build(Terminal terminal) => new("rules", "Check, test and try rules.") { RuleLintCommand.Build(terminal), RuleTestCommand.Build(terminal), RuleExplainCommand.Build(terminal), RuleCoverageCommand.Build(terminal), RuleBacktestCommand.Build(terminal), RuleDiffCommand.Build(terminal), RuleConvertCommand.Build(terminal), Match(terminal), Stats(terminal) };

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
            var files = inputs.Inputs(parse, terminal);
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
