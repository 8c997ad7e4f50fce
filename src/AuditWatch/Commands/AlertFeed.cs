using System.Globalization;
using System.Text.Json;
using AuditWatch.Cli.Output;
using AuditWatch.Server.Hosting;
using AuditWatch.Server.Queries;

namespace AuditWatch.Cli.Commands;

/// <summary>Shows alerts of a running server as they fire: each once, when it first appears.</summary>
internal sealed class AlertFeed(IQueries queries, Terminal terminal, OutputFormat format, ProgressBar progress) : IDisposable
{
    static readonly Dictionary<string, string> Colors = new() { ["critical"] = "1;31", ["high"] = "31", ["medium"] = "33", ["low"] = "36", ["informational"] = "2" };
    readonly HashSet<string> _shown = [];
    readonly RowWriter _writer = new(terminal, format);

    public async Task ShowNewAsync(CancellationToken stop)
    {
        var page = await queries.ListAsync("alerts", new Dictionary<string, string> { ["limit"] = "0" }, stop);
        foreach (var row in page.Rows.Reverse())
        {
            using var alert = JsonDocument.Parse(row);
            if (!_shown.Add(alert.RootElement.GetProperty("alert_id").GetString()!)) continue;
            progress.Clear();
            if (format == OutputFormat.Table) terminal.Result(Line(alert.RootElement));
            else _writer.Write(row);
        }
    }

    /// <summary>Waits until the server has judged everything it was given: it lets the last events go after a second of silence.</summary>
    public async Task SettleAsync(AuditWatchHost host, CancellationToken stop)
    {
        var deadline = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(deadline) < TimeSpan.FromSeconds(60))
        {
            await ShowNewAsync(stop);
            if (host.IsSettled) break;
            await Task.Delay(100, stop);
        }
        await ShowNewAsync(stop);
    }

    public int End()
    {
        if (format != OutputFormat.Table) _writer.End();
        return _shown.Count;
    }

    public void Dispose() => progress.Clear();

    string Line(JsonElement alert)
    {
        var level = alert.GetProperty("level").GetString()!;
        var time = alert.GetProperty("time").GetString()!;
        var label = level.PadRight(13);
        if (terminal.Color && terminal.OutputIsTerminal) label = $"\x1b[{Colors.GetValueOrDefault(level, "0")}m{label}\x1b[0m";
        return string.Create(CultureInfo.InvariantCulture,
            $"{time.AsSpan(11, 12)}  {label} {alert.GetProperty("rule").GetProperty("title").GetString()}\n              {Terminal.Printable(alert.GetProperty("sentence").GetString()!)}");
    }
}
