using System.CommandLine;
using AuditWatch.Cli.Output;
using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Scanning;
using AuditWatch.Events.Framing;
using AuditWatch.Ingest.Journal;
using AuditWatch.Server.Hosting;

namespace AuditWatch.Cli.Commands;

/// <summary><c>PATH… | --journal DIR, --since T</c>: the history that versions of rules are tried on.</summary>
internal sealed class HistoryOptions
{
    readonly InputOptions _inputs = new(isOptional: true);
    readonly Option<string?> _journal = new("--journal") { Description = "The data folder of a server, whose journal is the history; instead of paths. Its events of --cluster, or of the only cluster it holds.", HelpName = "DIR" };
    readonly Option<DateTimeOffset?> _since = TimeText.Option("--since", "Only alerts from then on; what came before is still known to counts and chains.");
    readonly Option<DateTimeOffset?> _until = TimeText.Option("--until", "Only alerts before then.");

    readonly BaselineOptions _baseline = new();

    public void AddTo(Command command)
    {
        _inputs.AddTo(command);
        _baseline.AddTo(command);
        foreach (var option in new Option[] { _journal, _since, _until }) command.Add(option);
    }

    /// <summary>Runs rules over the history. Call <see cref="Read"/> once, this as often as there are versions.</summary>
    public static (IReadOnlyList<Alert> Alerts, long Events) Run(RuleSnapshot rules, History history, CancellationToken stop)
    {
        var result = new ScanRun(rules, history.Options).Run(history.Files, stop);
        return ([.. result.Alerts.Where(a => a.TimeMicros >= history.FromMicros && a.TimeMicros < history.ToMicros)], result.Events);
    }

    public History Read(ParseResult parse, Terminal terminal)
    {
        var folder = parse.GetValue(_journal);
        var paths = _inputs.Paths(parse);
        if (folder is null == (paths.Count == 0)) throw new CommandFault(ExitCode.Usage, "Name the history: files or folders with audit events, or --journal DIR, not both.");
        var inputs = folder is null ? _inputs.Inputs(parse, terminal) : new InputFiles([], []);
        var (options, progress, unreadable) = _inputs.Watched(parse, terminal, inputs);
        var files = inputs.Files;
        if (folder is not null)
        {
            var journal = DataFolder.Look(folder).Journal;
            if (!Directory.Exists(journal)) throw new CommandFault(ExitCode.Usage, $"'{folder}' holds no journal. Name the server's data folder.");
            var clusters = JournalStats.Read(journal, default).Groups.Where(g => g.Kind == RecordKind.Audit).Select(g => g.Cluster).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            var cluster = clusters.Contains(options.Cluster.Name) ? options.Cluster.Name
                : clusters.Count == 1 && options.Cluster.Name == "default" ? clusters[0]
                : throw new CommandFault(ExitCode.Usage, clusters.Count == 0 ? "The journal holds no audit events." : $"The journal has no cluster '{options.Cluster.Name}'; name one of {string.Join(", ", clusters)} with --cluster.");
            options = options with { Cluster = options.Cluster with { Name = cluster } };
            files = [new InputFile(journal, null, () => new JournalStream(journal, cluster))];
        }

        options = options with { Baseline = _baseline.Read(parse, terminal) };
        return new History(files, options, Micros(parse.GetValue(_since)) ?? long.MinValue, Micros(parse.GetValue(_until)) ?? long.MaxValue, progress.End, unreadable);
    }

    static long? Micros(DateTimeOffset? time) => time is { } t ? (t - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond : null;
}

/// <summary>A history to try rules on.</summary>
internal sealed record History(IReadOnlyList<InputFile> Files, ScanOptions Options, long FromMicros, long ToMicros, Action End, Func<long> Unreadable);
