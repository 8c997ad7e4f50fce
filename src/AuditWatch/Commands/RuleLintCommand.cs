using System.CommandLine;
using System.Text;
using System.Text.Json;
using AuditWatch.Cli.Output;
using AuditWatch.Detection.Lint;
using AuditWatch.Detection.Rules;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch rules lint</c>: what keeps rules from loading, and from meaning what they say.</summary>
internal static class RuleLintCommand
{
    public static Command Build(Terminal terminal)
    {
        var command = new Command("lint", "Checks every rule, list and filter, its words and its sense; says what is wrong, where, and what to change. docs/rules has a page per code.");
        var rules = new RuleOptions();
        rules.AddTo(command);
        var failOn = new Option<string>("--fail-on") { Description = "Exit 1 at findings of this level: error (default), warning, info.", DefaultValueFactory = _ => "error" };
        failOn.AcceptOnlyFromAmong("error", "warning", "info");
        var level = new Option<string>("--min-level") { Description = "Show findings from this level on: info (default), warning, error.", DefaultValueFactory = _ => "info" };
        level.AcceptOnlyFromAmong("error", "warning", "info");
        var format = OutputOptions.Format("sarif");
        format.Description += " sarif: SARIF 2.1.0 for code hosts.";
        var fix = new Option<bool>("--fix") { Description = "Repair what can be repaired safely in the files themselves, comments and layout kept; then report what is left." };
        command.Add(failOn);
        command.Add(level);
        command.Add(format);
        command.Add(fix);
        command.SetAction(parse =>
        {
            if (parse.GetValue(fix)) Repair(terminal, rules.Sources(parse));
            var report = RuleLint.Check(rules.Sources(parse));
            var shown = report.Findings.Where(p => p.Severity >= Severity(parse.GetValue(level)!)).ToList();
            var asked = parse.GetValue(format);
            if (asked == "sarif") terminal.Result(SarifReport.Write(shown));
            else Rows(terminal, OutputOptions.Choose(asked, terminal), shown);
            terminal.Note($"{report.Rules} rules, {Count(report, ProblemSeverity.Error)} errors, {Count(report, ProblemSeverity.Warning)} warnings, {Count(report, ProblemSeverity.Info)} notes, {report.Accepted} accepted with a reason.");
            return report.Findings.Any(p => p.Severity >= Severity(parse.GetValue(failOn)!)) ? ExitCode.Found : ExitCode.Done;
        });
        return command;
    }

    static void Repair(Terminal terminal, RuleSources sources)
    {
        try
        {
            var made = RuleFixes.Apply(sources);
            foreach (var (file, count) in made) terminal.Note($"Repaired {file}: {count}.");
            terminal.Note($"{made.Values.Sum()} repairs in {made.Count} files.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandFault(ExitCode.Usage, $"A rule file cannot be written: {fault.Message} Check its owner, or copy the rules and name the copy by --rules.");
        }
    }

    static void Rows(Terminal terminal, OutputFormat format, IReadOnlyList<Problem> findings)
    {
        var writer = new RowWriter(terminal, format, "level", "code", "file", "line", "message", "fix");
        foreach (var p in findings)
            writer.Write(Row(p));
        writer.End();
    }

    static byte[] Row(Problem p)
    {
        var row = JsonSerializer.SerializeToNode(new { code = p.Code, level = SarifReport.Word(p.Severity), file = p.File, line = p.Line, column = p.Column, rule = p.Rule, message = p.Message, fix = p.Fix })!.AsObject();
        if (RuleFixes.For(p) is { Count: > 0 } edits)
            row["edits"] = JsonSerializer.SerializeToNode(edits.Select(e => new { line = e.Line, column = e.Column, end_line = e.EndLine, end_column = e.EndColumn, text = e.Text }));
        return Encoding.UTF8.GetBytes(row.ToJsonString());
    }

    static int Count(LintReport report, ProblemSeverity severity) => report.Findings.Count(p => p.Severity == severity);

    static ProblemSeverity Severity(string word) => Enum.Parse<ProblemSeverity>(word, ignoreCase: true);
}
