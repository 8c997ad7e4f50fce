using System.Globalization;
using System.Text.Json;
using AuditWatch.Cli.Output;
using AuditWatch.Detection.Explain;
using AuditWatch.Detection.Scanning;
using AuditWatch.Events.Framing;

namespace AuditWatch.Cli.Commands;

/// <summary>What <c>rules explain</c> says of a correlation or a chain: each match that it was given, with its window or its steps, and what became of it; then the windows that are open.</summary>
internal static class RuleHistoryOutput
{
    public static void Write(Terminal terminal, OutputFormat? rows, HistoryExplanation history, ScanOptions options, IReadOnlyList<InputFile> inputs, long? line, CancellationToken stop)
    {
        var (matches, open) = inputs.Count == 0 ? ([], []) : history.Run(inputs, options, stop);
        if (line is not null) matches = [.. matches.Where(m => m.Event.Position.Line == line)];
        if (rows is { } format) Rows(terminal, format, history, matches, open);
        else Text(terminal, history, matches, open, inputs.Count > 0);
    }

    static void Text(Terminal terminal, HistoryExplanation history, IReadOnlyList<TracedMatch> matches, IReadOnlyList<TracedWindow> open, bool isAsked)
    {
        terminal.Result($"{history.Rule.Name}  {history.Rule.Id}");
        foreach (var ask in history.Asks) Say(1, ask);
        if (history.Exceptions.Count > 0) Say(1, $"exceptions: {string.Join(", ", history.Exceptions)}");
        foreach (var m in matches)
        {
            terminal.Result("");
            Say(0, $"{m.Event.Position.File}:{m.Event.Position.Line}  {Time(m.Event.TimeMicros)}  {m.Event.Stage}  {m.Event.AuditId}  {m.Member}  => {m.Verdict}");
            Say(1, m.Because);
            if (m.Value is { Length: > 0 } value) Say(1, $"counted: {value}");
            if (m.Window is { } window) Window(window);
            else if (m.Group is { } group) Say(1, $"group: {Group(group)}");
            foreach (var step in m.Steps) Say(1, Step(step));
            if (m.Exceptions.Count > 0) Say(1, $"exceptions that hold: {string.Join(", ", m.Exceptions)}");
            if (m.Became is { } became) Say(1, became == "hidden" ? "hidden by an exception" : $"{(became == "suppressed" ? "told in an alert that is open already (suppression)" : became == "joined" ? "joined the alert" : "raised the alert")} {m.AlertId}");
        }

        if (isAsked && matches.Count == 0) terminal.Result("No event matches a rule that it speaks of.");
        if (open.Count == 0) return;
        terminal.Result("");
        terminal.Result("Windows open at the end:");
        foreach (var window in open) Window(window);

        void Say(int depth, string text) => terminal.Result(Terminal.Printable(new string(' ', depth * 2) + text));

        void Window(TracedWindow w)
        {
            Say(1, $"window {(w.Group.Count == 0 ? "" : $"of {Group(w.Group)}: ")}{Time(w.FromMicros)} to {Time(w.ToMicros)}: {w.Requests} {(w.Requests == 1 ? "request" : "requests")}, number {w.Number?.ToString(CultureInfo.InvariantCulture) ?? "none"}; wanted {string.Join(" and ", w.Wanted)}");
            foreach (var request in w.Newest) Say(2, $"{Time(request.AtMicros)}  {request.AuditId}{(request.Value is { Length: > 0 } v ? $"  {v}" : "")}");
        }
    }

    static string Step(TracedStep step) => step.Found is not { } e ? $"not seen: {step.Step}"
        : $"{(step.Why.Count > 0 ? $"perhaps ({string.Join(", ", step.Why)})" : "seen")}: {step.Step} by {step.FoundRule} at {Time(e.TimeMicros)}, {e.AuditId}";

    static string Group(IReadOnlyDictionary<string, string> group) => string.Join(", ", group.Select(g => $"{g.Key} {g.Value}"));

    static void Rows(Terminal terminal, OutputFormat format, HistoryExplanation history, IReadOnlyList<TracedMatch> matches, IReadOnlyList<TracedWindow> open)
    {
        var writer = new RowWriter(terminal, format);
        writer.Write(JsonSerializer.SerializeToUtf8Bytes(new { rule = history.Rule.Id, name = history.Rule.Name, asks = history.Asks, exceptions = history.Exceptions, matches = matches.Count, open_windows = open.Select(Json) }));
        foreach (var m in matches)
            writer.Write(JsonSerializer.SerializeToUtf8Bytes(new
            {
                file = m.Event.Position.File, line = m.Event.Position.Line, audit_id = m.Event.AuditId, stage = m.Event.Stage.ToString(), time = Time(m.Event.TimeMicros), rule = history.Rule.Id, name = history.Rule.Name,
                member = m.Member, verdict = m.Verdict, because = m.Because, group_by = m.Group, value = m.Value, window = m.Window is { } w ? Json(w) : null,
                steps = m.Steps.Select(s => new { step = s.Step, rule = s.FoundRule, audit_id = s.Found?.AuditId, time = s.Found is { } e ? Time(e.TimeMicros) : null, reasons = s.Why }),
                exceptions = m.Exceptions, became = m.Became, alert_id = m.AlertId,
            }));
        writer.End();
    }

    static object Json(TracedWindow w) => new
    {
        group_by = w.Group, from = Time(w.FromMicros), to = Time(w.ToMicros), requests = w.Requests, number = w.Number, wanted = w.Wanted,
        newest = w.Newest.Select(r => new { audit_id = r.AuditId, time = Time(r.AtMicros), value = r.Value }),
    };

    static string Time(long micros) => DateTimeOffset.UnixEpoch.AddTicks(Math.Clamp(micros, -62_135_596_800_000_000, 253_402_300_799_999_999) * 10).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
