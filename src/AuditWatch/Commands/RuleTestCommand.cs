using System.CommandLine;
using System.Text.Json;
using AuditWatch.Cli.Output;
using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Stories;
using AuditWatch.Detection.Testing;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch rules test</c>: runs the cases that lie beside the rules, in every combination of their matrix. Exit 1 when one does not hold.</summary>
internal static class RuleTestCommand
{
    public static Command Build(Terminal terminal)
    {
        var command = new Command("test", "Runs the cases beside the rules (*.tests.yml), in every combination of their matrix, and the stories about correlations and chains (*.stories.yml). Exit 1 when one does not hold.");
        var rules = new RuleOptions();
        rules.AddTo(command);
        var all = new Option<bool>("--all") { Description = "Show also what passed." };
        var mutate = new Option<bool>("--mutate") { Description = "Take each question of each rule for true, then for false, and list those that no case notices." };
        var strict = new Option<bool>("--strict") { Description = "With --mutate: exit 1 when there is one." };
        var atMost = new Option<int?>("--at-most") { Description = "With --mutate: exit 1 when there are more than this many; for a gate that is tightened step by step." };
        var suggest = new Option<bool>("--suggest") { Description = "With --mutate: print cases, in YAML, with which these questions count. Each is tried before." };
        var format = OutputOptions.Format();
        command.Add(all);
        command.Add(mutate);
        command.Add(strict);
        command.Add(atMost);
        command.Add(suggest);
        command.Add(format);
        command.SetAction(parse =>
        {
            var snapshot = RuleOptions.Load(rules.Sources(parse), terminal);
            if (parse.GetValue(suggest)) return Suggest(terminal, snapshot, rules.Dirs(parse));
            if (parse.GetValue(mutate)) return Mutate(terminal, snapshot, rules.Dirs(parse), OutputOptions.Choose(parse.GetValue(format), terminal), parse.GetValue(strict) ? 0 : parse.GetValue(atMost));
            var problems = new List<Problem>();
            List<RuleTestResult> results = [.. rules.Dirs(parse).SelectMany(dir => new RuleTestRun(snapshot).Run(dir, problems)), .. rules.Dirs(parse).SelectMany(dir => new StoryRun(snapshot).Run(dir, problems))];
            foreach (var problem in problems) terminal.Note(RuleOptions.Text(problem));
            var writer = new RowWriter(terminal, OutputOptions.Choose(parse.GetValue(format), terminal), "file", "case", "combination", "expected", "got", "problem");
            foreach (var result in results.Where(r => !r.Passed || parse.GetValue(all))) writer.Write(Line(result));
            writer.End();
            var failed = results.Count(r => !r.Passed);
            terminal.Note($"{results.Count - failed} passed, {failed} failed, {problems.Count(p => p.Severity == ProblemSeverity.Error)} problems.");
            return failed > 0 || problems.Any(p => p.Severity == ProblemSeverity.Error) ? ExitCode.Found : ExitCode.Done;
        });
        return command;
    }

    static int Mutate(Terminal terminal, RuleSnapshot snapshot, IReadOnlyList<string> dirs, OutputFormat format, int? atMost)
    {
        var problems = new List<Problem>();
        var run = new RuleMutationRun(snapshot);
        var weak = dirs.SelectMany(dir => run.Run(dir, problems)).ToList();
        foreach (var problem in problems) terminal.Note(RuleOptions.Text(problem));
        var writer = new RowWriter(terminal, format, "name", "line", "selection", "leaf", "taken_for");
        foreach (var w in weak) writer.Write(JsonSerializer.SerializeToUtf8Bytes(new { rule = w.RuleId, name = w.RuleName, file = w.File, line = w.Line, selection = w.Selection, leaf = w.Leaf, taken_for = w.TakenFor }));
        writer.End();
        terminal.Note($"{run.Mutants} mutants, {weak.Count} that no case notices, in {weak.Select(w => w.RuleId).Distinct().Count()} rules; {run.Foregone} that no request could tell from the rule.");
        return problems.Any(p => p.Severity == ProblemSeverity.Error) || weak.Count > atMost ? ExitCode.Found : ExitCode.Done;
    }

    static int Suggest(Terminal terminal, RuleSnapshot snapshot, IReadOnlyList<string> dirs)
    {
        var problems = new List<Problem>();
        var suggestions = new CaseSuggestions(snapshot);
        var (runs, number, file) = (0, 0, "");
        foreach (var one in dirs.SelectMany(dir => suggestions.For(dir, problems)))
        {
            if (one.File != file) terminal.Result($"# {file = one.File}");
            terminal.Result(one.Yaml().TrimEnd('\n'));
            (runs, number) = (runs + one.Changes.Count, number + 1);
        }

        foreach (var problem in problems) terminal.Note(RuleOptions.Text(problem));
        terminal.Note($"{runs} runs in {number} cases. Read them before you take them over: they say what the rule does, not what it should do.");
        return problems.Any(p => p.Severity == ProblemSeverity.Error) ? ExitCode.Found : ExitCode.Done;
    }

    static byte[] Line(RuleTestResult r) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        file = r.File, rule = r.RuleId, @case = r.Case, combination = r.Combination, expected = r.Expected, got = r.Got, reasons = r.Reasons, passed = r.Passed, problem = r.Problem,
    });
}
