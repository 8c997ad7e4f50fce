using System.CommandLine;
using AuditWatch.Cli.Output;
using AuditWatch.Detection.Knowledge;

namespace AuditWatch.Cli.Commands;

/// <summary><c>--baseline FILE… --baseline-time TIME</c>: a snapshot of the cluster's objects, for what was there before the log.</summary>
internal sealed class BaselineOptions
{
    readonly Option<string[]> _files = new("--baseline")
    {
        Description = "A snapshot of the cluster's objects ('kubectl get … -A -o json'): what was there before the log begins. It counts from its own time on. May be repeated.", HelpName = "FILE",
    };

    readonly Option<DateTimeOffset?> _time = TimeText.Option("--baseline-time", "When the snapshot was taken. Default: when its files were last written.");

    public void AddTo(Command command)
    {
        command.Add(_files);
        command.Add(_time);
    }

    /// <summary>Null when none was named.</summary>
    public ClusterBaseline? Read(ParseResult parse, Terminal terminal)
    {
        if (parse.GetValue(_files) is not { Length: > 0 } files) return null;
        try
        {
            var baseline = ClusterBaseline.Read(files, parse.GetValue(_time));
            terminal.Note($"Snapshot: {baseline.Count} objects, {(baseline.HasAllBindings ? "all bindings among them" : "not all bindings among them")}; {baseline.PassedOver} of other kinds are passed over.");
            return baseline;
        }
        catch (BaselineException fault)
        {
            throw new CommandFault(ExitCode.Usage, fault.Message);
        }
    }
}
