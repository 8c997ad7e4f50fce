using System.CommandLine;
using System.Text.Json;
using AuditWatch.Cli.Output;
using AuditWatch.Detection.Policy;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Cli.Commands;

/// <summary><c>rules coverage --policy FILE</c>: what an audit policy lets the rules see.</summary>
internal sealed class PolicyCoverageRows(Terminal terminal)
{
    const int Shown = 6;

    readonly Option<string?> _policy = new("--policy") { Description = "An audit policy of kube-apiserver: says what it lets each rule, correlation and chain see, and the smallest change that helps.", HelpName = "FILE" };
    readonly Option<string?> _profile = new("--profile") { Description = "With --policy: whose own identities are expected: vanilla (default), kubeadm, aks, eks, gke, openshift, rke2." };
    readonly Option<string?> _failOn = new("--fail-on") { Description = "With --policy: exit 1 when a rule is blind, or partly blind too.", HelpName = "blind|partly" };

    public void AddTo(Command command)
    {
        _profile.AcceptOnlyFromAmong("vanilla", "kubeadm", "aks", "eks", "gke", "openshift", "rke2");
        _failOn.AcceptOnlyFromAmong("blind", "partly");
        command.Add(_policy);
        command.Add(_profile);
        command.Add(_failOn);
    }

    public bool IsAsked(ParseResult parse) => parse.GetValue(_policy) is not null;

    public int Show(ParseResult parse, RuleOptions rules, OutputFormat format)
    {
        var policy = Read(parse.GetValue(_policy)!);
        var coverage = PolicyCoverage.Of(RuleOptions.Load(rules.Sources(parse), terminal), policy, new() { Profile = parse.GetValue(_profile) ?? "vanilla" });
        if (format == OutputFormat.Table) Text(coverage);
        else
        {
            var writer = new RowWriter(terminal, format);
            foreach (var one in coverage.All) writer.Write(Row(one));
            writer.End();
        }

        terminal.Note(string.Join(", ", coverage.All.GroupBy(r => r.State).OrderBy(g => g.Key).Select(g => $"{g.Count()} {Word(g.Key)}")) + ".");
        var worst = parse.GetValue(_failOn);
        return worst is not null && coverage.All.Any(r => r.State is not Visibility.Live && (worst == "partly" || r.State != Visibility.PartlyBlind)) ? ExitCode.Found : ExitCode.Done;
    }

    AuditPolicy Read(string file)
    {
        var problems = new List<Problem>();
        AuditPolicy? policy;
        try
        {
            policy = AuditPolicyReader.Read(file, File.ReadAllText(file), problems);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFault(ExitCode.Usage, $"{file} cannot be read: {e.Message}");
        }

        foreach (var problem in problems) terminal.Note(RuleOptions.Text(problem));
        return policy ?? throw new CommandFault(ExitCode.Usage, $"{file} is no audit policy that kube-apiserver would start with.");
    }

    void Text(PolicyCoverage coverage)
    {
        foreach (var group in coverage.All.GroupBy(r => r.State).OrderByDescending(g => g.Key))
        {
            terminal.Result($"{Word(group.Key)}: {group.Count()}");
            if (group.Key == Visibility.Live) continue;
            foreach (var one in group) One(one);
        }
    }

    void One(RuleVisibility one)
    {
        terminal.Result($"  {one.Name}  ({(one.Level.Length == 0 ? one.Kind : $"{one.Level} {one.Kind}")})");
        foreach (var spot in one.BlindSpots) terminal.Result($"    {Sentence(spot)}");
        foreach (var (rule, state) in one.BlindMembers) terminal.Result($"    {rule} is {Word(state)}");
        if (one.Change is not { } change) return;
        terminal.Result($"    {(change.BeforeLine > 0 ? $"insert before line {change.BeforeLine}" : "change")}{(change.Leaves == Visibility.Live ? "" : $" (leaves it {Word(change.Leaves)})")}{(change.ShowsSecrets ? "; beware: it logs secret values" : "")}:");
        foreach (var line in change.Text.Split('\n')) terminal.Result("      " + line);
    }

    static string Sentence(BlindSpot spot)
    {
        var what = $"{Some(spot.Verbs)} of {Some(spot.Resources)}{(spot.Callers.Count == 0 ? "" : $" by {Some(spot.Callers)}")}";
        var by = spot.Line == 0 ? "no rule of the policy matches" : $"line {spot.Line}";
        var why = spot.OmittedStage is { } stage ? $"stage {stage} is left out"
            : spot.Recorded == "None" ? "nothing is recorded"
            : $"recorded at {spot.Recorded}, needs {spot.Needed}{(spot.IsPartial ? " to be sure" : "")}";
        return $"{what}: {why} ({by}){(spot.IsInverted ? "; an engine that takes the missing for absent fires on every one" : "")}";
    }

    static string Some(IReadOnlyList<string> all) => string.Join(", ", all.Take(Shown)) + (all.Count > Shown ? $" and {all.Count - Shown} more" : "");

    static byte[] Row(RuleVisibility r) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        rule = r.Id, name = r.Name, kind = r.Kind, level = r.Level, state = Word(r.State).Replace(' ', '_'),
        blind_spots = r.BlindSpots.Select(s => new
        {
            policy_line = s.Line, recorded = s.Recorded, needed = s.Needed, omitted_stage = s.OmittedStage, verbs = s.Verbs, resources = s.Resources, callers = s.Callers, partial = s.IsPartial, inverted = s.IsInverted,
        }),
        members = r.BlindMembers.Select(m => new { rule = m.Rule, state = Word(m.State).Replace(' ', '_') }),
        change = r.Change is null ? null : new { insert = r.Change.Text, before_line = r.Change.BeforeLine, leaves = Word(r.Change.Leaves).Replace(' ', '_'), shows_secrets = r.Change.ShowsSecrets },
    });

    static string Word(Visibility state) => state switch
    {
        Visibility.Live => "live",
        Visibility.PartlyBlind => "partly blind",
        Visibility.Blind => "blind",
        Visibility.Inverted => "inverted",
        _ => "unreached",
    };
}
