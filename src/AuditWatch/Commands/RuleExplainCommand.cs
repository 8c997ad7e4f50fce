using System.CommandLine;
using System.Text;
using System.Text.Json;
using AuditWatch.Cli.Output;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Explain;
using AuditWatch.Detection.Scanning;
using AuditWatch.Events.Framing;
using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch rules explain RULE [--event FILE|-] [--line N]</c>: why a rule fires on an event, does not, or cannot tell; of a correlation or a chain, over a history.</summary>
internal static class RuleExplainCommand
{
    const int Most = 10;

    public static Command Build(Terminal terminal)
    {
        var command = new Command("explain", "Why a rule fires on an event, does not, or cannot tell; without --event: what it could match, and needs.");
        var rule = new Argument<string>("RULE") { Description = "The rule's id or name." };
        var from = new Option<string?>("--event") { Description = $"A file with audit events in any form, or - for stdin. Without --line its first {Most} events are explained; for a correlation or a chain all of it is the history, and what matched is explained.", HelpName = "FILE" };
        var line = new Option<long?>("--line") { Description = "Only the event at this line.", HelpName = "N" };
        var profile = new Option<string?>("--profile") { Description = "Whose own identities are expected: vanilla (default), kubeadm, aks, eks, gke, openshift, rke2." };
        profile.AcceptOnlyFromAmong("vanilla", "kubeadm", "aks", "eks", "gke", "openshift", "rke2");
        var rules = new RuleOptions();
        var format = OutputOptions.Format("text");
        command.Add(rule);
        command.Add(from);
        command.Add(line);
        command.Add(profile);
        rules.AddTo(command);
        command.Add(format);
        command.SetAction((parse, stop) =>
        {
            var unreadable = 0;
            var options = new ScanOptions
            {
                Cluster = new() { Profile = parse.GetValue(profile) ?? "vanilla" },
                Unreadable = bad =>
                {
                    if (parse.GetValue(line) is { } only && only != bad.Line) return;
                    unreadable++;
                    terminal.Note($"{bad.File}:{bad.Line}: {bad.Reason}: {bad.Detail}");
                },
            };
            var snapshot = RuleOptions.Load(rules.Sources(parse), terminal);
            var asked = parse.GetValue(format);
            var isText = asked == "text" || OutputOptions.Choose(asked, terminal) == OutputFormat.Table;
            if (HistoryExplanation.Of(snapshot, parse.GetValue(rule)!) is { } history)
            {
                RuleHistoryOutput.Write(terminal, isText ? null : OutputOptions.Choose(asked, terminal), history, options, Inputs(parse.GetValue(from), terminal, ref unreadable), parse.GetValue(line), stop);
                return Task.FromResult(unreadable > 0 ? ExitCode.Unreadable : ExitCode.Done);
            }

            var run = Begin(snapshot, options, parse.GetValue(rule)!);
            var found = Explain(run, parse.GetValue(from), parse.GetValue(line), terminal, ref unreadable, stop);
            if (isText) Text(terminal, run, found);
            else Rows(terminal, OutputOptions.Choose(asked, terminal), run, found);
            if (parse.GetValue(from) is not null && found.Count == 0) throw new CommandFault(ExitCode.Unreadable, parse.GetValue(line) is { } n ? $"There is no audit event at line {n}." : "There is no audit event.");
            return Task.FromResult(unreadable > 0 ? ExitCode.Unreadable : ExitCode.Done);
        });
        return command;
    }

    static ExplainRun Begin(Detection.Rules.RuleSnapshot snapshot, ScanOptions options, string rule)
    {
        try
        {
            return new ExplainRun(snapshot, options, rule);
        }
        catch (KeyNotFoundException e)
        {
            throw new CommandFault(ExitCode.Usage, e.Message);
        }
    }

    static IReadOnlyList<ExplainedVerdict> Explain(ExplainRun run, string? from, long? line, Terminal terminal, ref int unreadable, CancellationToken stop)
    {
        return from is null ? [] : run.Run(Inputs(from, terminal, ref unreadable), (_, at) => line is null || at == line, line is null ? Most : int.MaxValue, stop);
    }

    static IReadOnlyList<InputFile> Inputs(string? from, Terminal terminal, ref int unreadable)
    {
        if (from is null) return [];
        var inputs = InputFiles.Resolve([from], terminal.OpenInput);
        foreach (var problem in inputs.Problems) terminal.Error(problem);
        unreadable += inputs.Problems.Count;
        return inputs.Files;
    }

    static void Text(Terminal terminal, ExplainRun run, IReadOnlyList<ExplainedVerdict> found)
    {
        terminal.Result($"{run.Rule.Name}  {run.Rule.Id}");
        terminal.Result($"could match: {Either("resource", run.Needs.Resources)}{Either("subresource", run.Needs.Subresources)}{Either("verb", run.Needs.Verbs)}{Either("stage", run.Needs.Stages)}from audit level {run.Needs.Level} on");
        if (found.Count == 0) terminal.Result($"reads: {string.Join(", ", run.Needs.Fields)}");
        foreach (var one in found)
        {
            terminal.Result("");
            terminal.Result(Terminal.Printable($"{one.File}:{one.Line}  {one.Stage}  {one.AuditId}  => {Word(one.Verdict)}"));
            Branch(terminal, one.Tree, 1);
        }
    }

    static void Branch(Terminal terminal, ExplainedNode node, int depth)
    {
        var text = new StringBuilder().Append(' ', depth * 2).Append(Word(node.Verdict)).Append("  ").Append(node.Label);
        if (node.Wanted is not null) text.Append(": wanted ").Append(node.Wanted);
        if (node.Seen is not null) text.Append("; seen ").Append(node.Seen);
        terminal.Result(Terminal.Printable(text.ToString()));
        foreach (var part in node.Parts) Branch(terminal, part, depth + 1);
    }

    static void Rows(Terminal terminal, OutputFormat format, ExplainRun run, IReadOnlyList<ExplainedVerdict> found)
    {
        var writer = new RowWriter(terminal, format);
        var needs = new { resources = run.Needs.Resources, subresources = run.Needs.Subresources, verbs = run.Needs.Verbs, stages = run.Needs.Stages, level = run.Needs.Level, fields = run.Needs.Fields };
        if (found.Count == 0) writer.Write(JsonSerializer.SerializeToUtf8Bytes(new { rule = run.Rule.Id, name = run.Rule.Name, needs }));
        foreach (var one in found)
            writer.Write(JsonSerializer.SerializeToUtf8Bytes(new
            {
                file = one.File, line = one.Line, audit_id = one.AuditId, stage = one.Stage, rule = run.Rule.Id, name = run.Rule.Name,
                verdict = Truth(one.Verdict), reasons = UnknownReasons.Of(one.Verdict.Why), needs, tree = Tree(one.Tree),
            }));
        writer.End();
    }

    static object Tree(ExplainedNode node) => new
    {
        kind = node.Kind, label = node.Label, verdict = Truth(node.Verdict), reasons = UnknownReasons.Of(node.Verdict.Why), seen = node.Seen, wanted = node.Wanted, line = node.Line, parts = node.Parts.Select(Tree),
    };

    static string Either(string what, IReadOnlyList<string>? values) => values is null ? "" : $"{what} {string.Join("|", values)}, ";

    static string Word(Verdict verdict) => verdict.Truth == Sigma.Evaluation.Truth.Unknown ? $"unknown({string.Join(", ", UnknownReasons.Of(verdict.Why))})" : Truth(verdict);

    static string Truth(Verdict verdict) => verdict.Truth switch { Sigma.Evaluation.Truth.True => "true", Sigma.Evaluation.Truth.False => "false", _ => "unknown" };
}
