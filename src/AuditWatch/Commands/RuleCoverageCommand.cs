using System.CommandLine;
using System.Text.Json;
using AuditWatch.Cli.Output;
using AuditWatch.Detection.Coverage;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch rules coverage</c>: which techniques of ATT&amp;CK the rules speak of; with a policy, what it lets them see.</summary>
internal static class RuleCoverageCommand
{
    public static Command Build(Terminal terminal)
    {
        var command = new Command("coverage", "Which techniques of ATT&CK the rules and chains speak of, by tactic. With --policy: which of them an audit policy leaves live, partly blind, blind or inverted, and what to change.");
        var rules = new RuleOptions();
        var policy = new PolicyCoverageRows(terminal);
        rules.AddTo(command);
        policy.AddTo(command);
        var format = OutputOptions.Format("navigator");
        format.Description += " navigator: a layer of the ATT&CK Navigator.";
        command.Add(format);
        command.SetAction(parse =>
        {
            var asked = parse.GetValue(format);
            if (policy.IsAsked(parse))
            {
                if (asked == "navigator") throw new CommandFault(ExitCode.Usage, "--format navigator is for coverage of ATT&CK, without --policy.");
                return policy.Show(parse, rules, OutputOptions.Choose(asked, terminal));
            }

            var coverage = AttackCoverage.Of(RuleOptions.Load(rules.Sources(parse), terminal));
            if (asked == "navigator") terminal.Result(NavigatorLayer.Write(coverage));
            else Rows(terminal, OutputOptions.Choose(asked, terminal), coverage);
            var techniques = coverage.Techniques.Where(t => t.Alerting.Count > 0).Select(t => t.Technique).Distinct().Count();
            terminal.Note($"{techniques} techniques with alerts; {coverage.Untagged.Count} rules without technique or tactic{(coverage.Untagged.Count == 0 ? "" : ": " + string.Join(", ", coverage.Untagged.Take(10)))}.");
            return ExitCode.Done;
        });
        return command;
    }

    static void Rows(Terminal terminal, OutputFormat format, AttackCoverage coverage)
    {
        var writer = new RowWriter(terminal, format, "tactic", "technique", "alerting", "building");
        foreach (var t in coverage.Techniques)
            writer.Write(format == OutputFormat.Table
                ? JsonSerializer.SerializeToUtf8Bytes(new { tactic = t.Tactic, technique = t.Technique, alerting = string.Join(", ", t.Alerting), building = string.Join(", ", t.Building) })
                : JsonSerializer.SerializeToUtf8Bytes(new { tactic = t.Tactic, technique = t.Technique, alerting = t.Alerting, building = t.Building }));
        writer.End();
    }
}
