using System.Globalization;
using System.Text;
using AuditWatch.Detection.Alerts;

namespace AuditWatch.Detection.Backtest;

/// <summary>A difference as Markdown, to be posted to a pull request.</summary>
public static class RuleDiffMarkdown
{
    const int Samples = 5, Names = 5;

    /// <summary>The report.</summary>
    /// <param name="diff">The difference.</param>
    /// <param name="range">What was compared, in words.</param>
    /// <param name="events">How many events the history has.</param>
    /// <param name="budget">How many added alerts are allowed; null: any number.</param>
    public static string Write(RuleDiff diff, string range, long events, int? budget)
    {
        ArgumentNullException.ThrowIfNull(diff);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"## Rule changes on history: {Cell(range)}\n\n{events} events: **{diff.Added.Count} alerts added**, {diff.Removed.Count} removed, {diff.Releveled.Count} at another level, {diff.Unchanged.Count} unchanged.\n");
        if (budget is { } most) text.Append(CultureInfo.InvariantCulture, $"\nNoise budget: {diff.Added.Count} of {most} added alerts{(diff.Added.Count > most ? ": **exceeded**" : "")}.\n");
        var rules = diff.ByRule();
        if (rules.Count == 0) return text.ToString();
        text.Append("\n| rule | added | removed | other level | unchanged |\n|---|---:|---:|---:|---:|\n");
        foreach (var (rule, added, removed, releveled, unchanged) in rules) text.Append(CultureInfo.InvariantCulture, $"| {Cell(rule.Name)} | {added} | {removed} | {releveled} | {unchanged} |\n");
        Part(text, "Added", diff.Added);
        Part(text, "Removed", diff.Removed);
        return text.ToString();
    }

    static void Part(StringBuilder text, string title, IReadOnlyList<Alert> alerts)
    {
        if (alerts.Count == 0) return;
        text.Append(CultureInfo.InvariantCulture, $"\n### {title}\n\nBy actor: {Top(RuleHistory.ActorsOf(alerts))}. By namespace: {Top(RuleHistory.NamespacesOf(alerts))}.\n\n| level | rule | what |\n|---|---|---|\n");
        // Some of every rule before more of one.
        foreach (var alert in alerts.GroupBy(a => a.Rule.Id).SelectMany(g => g.Take(Samples))) text.Append(CultureInfo.InvariantCulture, $"| {alert.Level} | {Cell(alert.Rule.Name)} | {Cell(alert.Sentence)} |\n");
    }

    static string Top(IReadOnlyList<(string Name, int Alerts)> counted) =>
        string.Join(", ", counted.Take(Names).Select(c => $"{(c.Name.Length == 0 ? "(none)" : Cell(c.Name))} {c.Alerts.ToString(CultureInfo.InvariantCulture)}")) + (counted.Count > Names ? $" and {counted.Count - Names} more" : "");

    // Names come from the log: nothing in them may become Markdown or HTML.
    static string Cell(string text)
    {
        var safe = new StringBuilder(text.Length);
        foreach (var c in text)
            if (char.IsControl(c)) safe.Append(' ');
            else if (c is '<' or '>' or '&') safe.Append(c switch { '<' => "&lt;", '>' => "&gt;", _ => "&amp;" });
            else if (c is '|' or '`' or '*' or '_' or '[' or ']' or '\\' or '!' or '@' or '#') safe.Append('\\').Append(c);
            else safe.Append(c);
        return safe.ToString();
    }
}
