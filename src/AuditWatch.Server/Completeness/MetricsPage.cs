using System.Globalization;
using AuditWatch.Ingest.Completeness;

namespace AuditWatch.Server.Completeness;

/// <summary>What a page of an API server's metrics says of its audit events. The page has megabytes; it is read line by line.</summary>
static class MetricsPage
{
    const string Events = "apiserver_audit_event_total", Errors = "apiserver_audit_error_total", Start = "process_start_time_seconds";

    /// <summary>Reads it to its end. Throws when it has no count of audit events: then it is no page of an API server.</summary>
    public static async Task<ServerCounters> ReadAsync(TextReader page, CancellationToken stop)
    {
        long events = 0, start = 0;
        var found = false;
        var errors = new Dictionary<string, long>(StringComparer.Ordinal);
        while (await page.ReadLineAsync(stop) is { } line)
        {
            if (line.StartsWith(Events, StringComparison.Ordinal) && TryNumber(line, Events.Length, out var value)) (events, found) = (events + (long)value, true);
            else if (line.StartsWith(Errors, StringComparison.Ordinal) && TryNumber(line, Errors.Length, out value)) errors[Plugin(line)] = errors.GetValueOrDefault(Plugin(line)) + (long)value;
            else if (line.StartsWith(Start, StringComparison.Ordinal) && TryNumber(line, Start.Length, out value)) start = (long)(value * 1e6);
        }

        return found ? new ServerCounters(start, events, errors) : throw new InvalidDataException($"The page has no {Events}; is it the /metrics of an API server?");
    }

    // NAME{labels} VALUE [TIMESTAMP]
    static bool TryNumber(string line, int at, out double value)
    {
        value = 0;
        if (at < line.Length && line[at] == '{') at = line.LastIndexOf('}') + 1;
        if (at <= 0 || at >= line.Length || line[at] != ' ') return false;
        var text = line.AsSpan(at + 1).Trim();
        if (text.IndexOf(' ') is var space and > 0) text = text[..space];
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && value is >= 0 and < 9e15;
    }

    static string Plugin(string line)
    {
        const string label = "plugin=\"";
        var from = line.IndexOf(label, StringComparison.Ordinal) + label.Length;
        var to = from < label.Length ? -1 : line.IndexOf('"', from);
        return to < 0 ? "" : line[from..Math.Min(to, from + 64)];
    }
}
