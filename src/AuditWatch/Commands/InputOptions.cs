using System.CommandLine;
using AuditWatch.Cli.Output;
using AuditWatch.Detection.Scanning;
using AuditWatch.Events.Framing;
using AuditWatch.Events.Model;
using AuditWatch.Server.Configuration;

namespace AuditWatch.Cli.Commands;

/// <summary><c>PATH… --cluster --profile --config</c>: what is read offline, and what is known of the cluster it comes from.</summary>
internal sealed class InputOptions
{
    static readonly string[] Profiles = ["vanilla", "kubeadm", "aks", "eks", "gke", "openshift", "rke2"];
    readonly Argument<string[]> _paths = new("PATH") { Description = "Files, folders (their files, by name), or - for stdin. Form and compression are told by content." };
    readonly Option<string> _cluster = new("--cluster") { Description = "The cluster that the events belong to. Default: default.", HelpName = "NAME", DefaultValueFactory = _ => "default" };
    readonly Option<string?> _profile = new("--profile") { Description = "Whose own identities are expected: vanilla (default), kubeadm, aks, eks, gke, openshift, rke2." };
    readonly ConfigOptions _config = new(serving: false);

    public InputOptions(bool isOptional = false)
    {
        _paths.Arity = isOptional ? ArgumentArity.ZeroOrMore : ArgumentArity.OneOrMore;
        _profile.AcceptOnlyFromAmong(Profiles);
        // A misspelt option must not be taken for a file's name.
        _paths.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(t => t.Value.Length > 1 && t.Value[0] == '-' && !File.Exists(t.Value)))
                result.AddError($"There is no option '{token.Value}'.{UsageFaults.Meant(token.Value, Near(result))} A file of that name is written ./{token.Value}.");
        });
    }

    static IEnumerable<string> Near(System.CommandLine.Parsing.ArgumentResult result) =>
        result.Parent is System.CommandLine.Parsing.CommandResult { Command: var command } ? command.Options.Select(o => o.Name) : [];

    public void AddTo(Command command)
    {
        command.Add(_paths);
        command.Add(_cluster);
        command.Add(_profile);
        _config.AddTo(command);
    }

    public IReadOnlyList<string> Paths(ParseResult parse) => parse.GetValue(_paths) ?? [];

    /// <summary>The inputs; a path that does not exist is said and makes the exit code 3, the rest is read.</summary>
    public InputFiles Inputs(ParseResult parse, Terminal terminal) => InputFiles.Resolve(parse.GetRequiredValue(_paths), terminal.OpenInput);

    public ScanOptions Options(ParseResult parse)
    {
        var name = parse.GetValue(_cluster)!;
        if (!ClusterName.IsValid(name)) throw new CommandFault(ExitCode.Usage, $"--cluster '{name}' {ClusterName.Rule}");
        var config = _config.Load(parse);
        ClusterFacts facts = config.FactsOf(name);
        if (parse.GetValue(_profile) is { } profile) facts = facts with { Profile = profile };
        return new ScanOptions { Cluster = facts, Redaction = new() { ConfigMaps = config.Redaction.Configmaps } };
    }

    /// <summary>The run's options with a progress bar, and unreadable input said as <c>FILE:LINE: reason</c>.</summary>
    public (ScanOptions Options, ProgressBar Progress, Func<long> Unreadable) Watched(ParseResult parse, Terminal terminal, InputFiles inputs)
    {
        long unreadable = inputs.Problems.Count;
        foreach (var problem in inputs.Problems) terminal.Error(problem);
        var progress = new ProgressBar(terminal, inputs.TotalSize ?? 0);
        long packed = 0, events = 0;
        var options = Options(parse) with
        {
            Progress = p =>
            {
                progress.Add(p.PackedBytes - packed, p.Events - events);
                (packed, events) = (p.PackedBytes, p.Events);
            },
            Unreadable = bad =>
            {
                unreadable++;
                progress.Clear();
                terminal.Note(bad.Line > 0 ? $"{bad.File}:{bad.Line}: {bad.Reason}: {bad.Detail}" : $"{bad.File}: {bad.Reason}: {bad.Detail}");
            },
        };
        return (options, progress, () => unreadable);
    }
}
