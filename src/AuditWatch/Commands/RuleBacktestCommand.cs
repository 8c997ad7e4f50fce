using System.CommandLine;
using System.Text.Json;
using AuditWatch.Cli.Output;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Backtest;

namespace AuditWatch.Cli.Commands;

/// <summary><c>auditwatch rules backtest</c>: what rules would have alerted on.</summary>
internal static class RuleBacktestCommand
{
    const int Shown = 10;

    public static Command Build(Terminal terminal)
    {
        var command = new Command("backtest", "What rules would have alerted on in a history: how often, by whom, where, with samples.");
        var history = new HistoryOptions();
        var rules = new RuleOptions();
        var samples = new Option<int>("--samples") { Description = "Alerts shown per rule. Default 3.", DefaultValueFactory = _ => 3 };
        var budget = new Option<int?>("--budget") { Description = "Exit 1 when there are more alerts than this.", HelpName = "N" };
        var format = OutputOptions.Format();
        history.AddTo(command);
        rules.AddTo(command);
        foreach (var option in new Option[] { samples, budget, format }) command.Add(option);
        command.SetAction((parse, stop) =>
        {
            var past = history.Read(parse, terminal);
            var (alerts, events) = HistoryOptions.Run(RuleOptions.Load(rules.Sources(parse) with { Profiles = [past.Options.Cluster.Profile] }, terminal), past, stop);
            past.End();
            var chosen = OutputOptions.Choose(parse.GetValue(format), terminal);
            var writer = new RowWriter(terminal, chosen, "name", "level", "alerts", "events", "actors", "namespaces", "samples");
            foreach (var rule in RuleHistory.Of(alerts, Math.Max(0, parse.GetValue(samples)))) writer.Write(chosen == OutputFormat.Table ? Brief(rule) : Row(rule));
            writer.End();
            terminal.Note($"{alerts.Count} alerts in {events} events.");
            return Task.FromResult(past.Unreadable() > 0 ? ExitCode.Unreadable : parse.GetValue(budget) is { } most && alerts.Count > most ? ExitCode.Found : ExitCode.Done);
        });
        return command;
    }

    static byte[] Row(RuleHistory r) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        rule = r.Rule.Id, name = r.Rule.Name, level = r.Level, alerts = r.Alerts, events = r.Events,
        actors = r.Actors.Take(Shown).Select(a => new { name = a.Name, alerts = a.Alerts }), more_actors = Math.Max(0, r.Actors.Count - Shown),
        namespaces = r.Namespaces.Take(Shown).Select(n => new { name = n.Name, alerts = n.Alerts }), more_namespaces = Math.Max(0, r.Namespaces.Count - Shown),
        samples = r.Samples.Select(a => new { alert_id = a.AlertId, time = MicroText(a), sentence = a.Sentence, evidence = a.Evidence.Take(1).Select(e => new { file = e.File, line = e.Line }) }),
    });

    static byte[] Brief(RuleHistory r) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        name = r.Rule.Name, level = r.Level, alerts = r.Alerts, events = r.Events,
        actors = string.Join(", ", r.Actors.Take(3).Select(a => $"{a.Name} {a.Alerts}")), namespaces = string.Join(", ", r.Namespaces.Take(3).Select(n => $"{(n.Name.Length == 0 ? "-" : n.Name)} {n.Alerts}")),
        samples = string.Join(" | ", r.Samples.Select(a => a.Sentence)),
    });

    static string MicroText(Alert alert) => DateTimeOffset.UnixEpoch.AddTicks(alert.TimeMicros * TimeSpan.TicksPerMicrosecond).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
