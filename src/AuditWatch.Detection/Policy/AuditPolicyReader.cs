using AuditWatch.Detection.Lint;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Parsing;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace AuditWatch.Detection.Policy;

/// <summary>Reads an audit policy as kube-apiserver does: what it would refuse is an error, what it would take and never do is a warning.</summary>
public sealed class AuditPolicyReader
{
    static readonly string[] PolicyKeys = ["apiVersion", "kind", "metadata", "rules", "omitStages", "omitManagedFields"];
    static readonly string[] RuleKeys = ["level", "users", "userGroups", "verbs", "resources", "namespaces", "nonResourceURLs", "omitStages", "omitManagedFields"];
    static readonly string[] ResourceKeys = ["group", "resources", "resourceNames"];

    readonly string _file;
    readonly ICollection<Problem> _problems;
    bool _refused;

    AuditPolicyReader(string file, ICollection<Problem> problems) => (_file, _problems) = (file, problems);

    /// <summary>Null when the API server would not start with it; <paramref name="problems"/> says where and why.</summary>
    public static AuditPolicy? Read(string file, string yaml, ICollection<Problem> problems)
    {
        ArgumentNullException.ThrowIfNull(problems);
        var reader = new AuditPolicyReader(file, problems);
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            var policy = stream.Documents.Count == 1 && stream.Documents[0].RootNode is YamlMappingNode map ? reader.Policy(map) : reader.NoMap(stream);
            if (policy is not null && !reader._refused) AuditPolicyChecks.Check(policy, problems);
            return reader._refused ? null : policy;
        }
        catch (YamlException e)
        {
            reader.Refuse(e.Start, e.Message, "Correct the YAML.");
            return null;
        }
    }

    AuditPolicy? NoMap(YamlStream stream)
    {
        Refuse(Mark.Empty, stream.Documents.Count > 1 ? "The file holds several documents." : "The file holds no policy.", "Write one document with apiVersion, kind and rules.");
        return null;
    }

    AuditPolicy Policy(YamlMappingNode map)
    {
        Known(map, PolicyKeys, "a policy");
        if (Text(map, "apiVersion") is not "audit.k8s.io/v1") Refuse(At(map, "apiVersion"), $"apiVersion is '{Text(map, "apiVersion")}'.", "Write 'apiVersion: audit.k8s.io/v1'; no other version is read.");
        if (Text(map, "kind") is not "Policy") Refuse(At(map, "kind"), $"kind is '{Text(map, "kind")}'.", "Write 'kind: Policy'.");
        var rules = Child(map, "rules") as YamlSequenceNode;
        if (rules is not { Children.Count: > 0 }) Refuse(At(map, "rules"), "The policy has no rules.", "Write at least one; a catch-all is '- level: Metadata'.");
        return new AuditPolicy(_file, [.. (rules?.Children ?? []).Select(Rule).OfType<AuditPolicyRule>()], Stages(map).ToHashSet());
    }

    AuditPolicyRule? Rule(YamlNode node)
    {
        if (node is not YamlMappingNode map)
        {
            Refuse(node.Start, "A rule is a map.", "Write '- level: Metadata' and what it is for.");
            return null;
        }

        Known(map, RuleKeys, "a rule");
        var level = Text(map, "level");
        if (level is not ("None" or "Metadata" or "Request" or "RequestResponse"))
            Refuse(At(map, "level"), level is null ? "The rule has no level." : $"There is no level '{level}'.", "Write None, Metadata, Request or RequestResponse.");
        var urls = Texts(map, "nonResourceURLs");
        var resources = (Child(map, "resources") as YamlSequenceNode)?.Children.Select(Resources).ToList() ?? [];
        var namespaces = Texts(map, "namespaces");
        foreach (var url in urls)
            if (url != "*" && (!url.StartsWith('/') || url.IndexOf('*', StringComparison.Ordinal) is var star && star >= 0 && star != url.Length - 1))
                Refuse(At(map, "nonResourceURLs"), $"'{url}' is no path.", "Begin with a slash; a star may stand at the end only.");
        if (urls.Count > 0 && (resources.Count > 0 || namespaces.Count > 0))
            Refuse(At(map, "nonResourceURLs"), "A rule is about resources or about other URLs, not both.", "Make two rules of it.");
        return new AuditPolicyRule
        {
            Level = level switch { "Metadata" => AuditLevel.Metadata, "Request" => AuditLevel.Request, "RequestResponse" => AuditLevel.RequestResponse, _ => null },
            Users = Texts(map, "users"), UserGroups = Texts(map, "userGroups"), Verbs = Texts(map, "verbs"), Resources = resources, Namespaces = namespaces,
            NonResourceUrls = urls, OmitStages = [.. Stages(map)], Line = (int)map.Start.Line,
        };
    }

    AuditPolicyResources Resources(YamlNode node)
    {
        if (node is not YamlMappingNode map)
        {
            Refuse(node.Start, "Resources are a map of group, resources and resourceNames.", "Write '{group: \"\", resources: [pods]}'.");
            return new("", [], []);
        }

        Known(map, ResourceKeys, "a group of resources");
        var (group, resources, names) = (Text(map, "group") ?? "", Texts(map, "resources"), Texts(map, "resourceNames"));
        if (group.Length > 0 && group != "*" && (group.Length > 253 || group.Split('.').Any(p => !IsLabel(p))))
            Refuse(At(map, "group"), $"'{group}' is no API group.", group.Contains('/', StringComparison.Ordinal) ? $"Leave out the version: '{group.Split('/')[0]}'." : "Write its name in lower case; \"\" is the core.");
        if (names.Count > 0 && resources.Count == 0) Refuse(At(map, "resourceNames"), "resourceNames stand without resources.", "Name the resources too.");
        return new(group, resources, names);
    }

    static bool IsLabel(string part) => part.Length is > 0 and <= 63 && part.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') && part[0] != '-' && part[^1] != '-';

    IEnumerable<AuditStage> Stages(YamlMappingNode map)
    {
        foreach (var text in Texts(map, "omitStages"))
            if (text is "RequestReceived" or "ResponseStarted" or "ResponseComplete" or "Panic") yield return Enum.Parse<AuditStage>(text);
            else Refuse(At(map, "omitStages"), $"There is no stage '{text}'.", "There are RequestReceived, ResponseStarted, ResponseComplete and Panic.");
    }

    // The API server takes unknown keys with a warning in its own log, and then the rule says something else than it seems to.
    void Known(YamlMappingNode map, string[] keys, string what)
    {
        foreach (var key in map.Children.Keys.OfType<YamlScalarNode>().Where(k => !keys.Contains(k.Value)))
            _problems.Add(new(PolicyCodes.NeverMatches, ProblemSeverity.Warning, _file, (int)key.Start.Line, (int)key.Start.Column, null, $"'{key.Value}' is no part of {what}, and is passed over.", $"There are {string.Join(", ", keys)}."));
    }

    List<string> Texts(YamlMappingNode map, string key)
    {
        switch (Child(map, key))
        {
            case null or YamlScalarNode { Value: null or "" or "null" or "~", Style: ScalarStyle.Plain }: return [];
            case YamlSequenceNode list when list.All(n => n is YamlScalarNode): return [.. list.Cast<YamlScalarNode>().Select(n => n.Value ?? "")];
            default:
                Refuse(At(map, key), $"'{key}' is a list of texts.", $"Write '{key}: [a, b]'.");
                return [];
        }
    }

    void Refuse(Mark at, string message, string fix)
    {
        _refused = true;
        _problems.Add(new(PolicyCodes.Refused, ProblemSeverity.Error, _file, (int)at.Line, (int)at.Column, null, message, fix));
    }

    static Mark At(YamlMappingNode map, string key) => Child(map, key)?.Start ?? map.Start;

    static YamlNode? Child(YamlMappingNode map, string key) => map.Children.TryGetValue(new YamlScalarNode(key), out var child) ? child : null;

    static string? Text(YamlMappingNode map, string key) => Child(map, key) is YamlScalarNode { Value: { } value } ? value : null;
}
