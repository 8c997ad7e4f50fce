using System.CommandLine;
using AuditWatch.Cli.Output;
using AuditWatch.Detection.Rules;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Cli.Commands;

/// <summary><c>--rules DIR… --lists DIR</c>: which rules a command uses, and what is said of those that cannot be loaded.</summary>
internal sealed class RuleOptions
{
    readonly Option<string[]> _rules = new("--rules") { Description = "A folder of Sigma rules; may be repeated. Then only those rules run, and no chains. Default: the shipped rules.", HelpName = "DIR" };
    readonly Option<string?> _lists = new("--lists") { Description = "The folder of named lists. Default: DIR/lists of each rule folder.", HelpName = "DIR" };

    public RuleOptions(bool required = false)
    {
        _rules.Required = required;
        _lists.Validators.Add(result =>
        {
            foreach (var folder in result.Tokens.Where(t => !Directory.Exists(t.Value))) result.AddError($"--lists names the folder '{folder.Value}', which does not exist.");
        });
    }

    public void AddTo(Command command)
    {
        command.Add(_rules);
        command.Add(_lists);
    }

    public IReadOnlyList<string> Dirs(ParseResult parse) => parse.GetValue(_rules) is { Length: > 0 } dirs ? dirs : [RuleSources.ShippedDir];

    public bool AreShipped(ParseResult parse) => parse.GetValue(_rules) is not { Length: > 0 };

    public RuleSources Sources(ParseResult parse) =>
        AreShipped(parse) ? RuleSources.Shipped with { ListsDir = parse.GetValue(_lists) } : RuleSources.Only(Dirs(parse), parse.GetValue(_lists));

    /// <summary>Loads; a rule that cannot be loaded ends the command with exit 2, its place on stderr.</summary>
    public static RuleSnapshot Load(RuleSources sources, Terminal terminal)
    {
        var problems = new List<Problem>();
        var snapshot = RuleSnapshot.Load(sources, problems);
        foreach (var problem in problems.Where(p => p.Severity == ProblemSeverity.Error)) terminal.Note(Text(problem));
        var errors = problems.Count(p => p.Severity == ProblemSeverity.Error);
        return errors == 0 ? snapshot : throw new CommandFault(ExitCode.Usage, $"{errors} {(errors == 1 ? "rule document" : "rule documents")} cannot be loaded.");
    }

    public static string Text(Problem p) => $"{p.File}:{p.Line}:{p.Column}  {p.Code} {p.Severity.ToString().ToLowerInvariant()}\n  {p.Message}{(p.Fix is null ? "" : $" {p.Fix}")}";
}
