using System.Net;
using System.Text.Json.Nodes;
using AuditWatch.Detection.Rules;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Parsing;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace AuditWatch.Detection.Testing;

/// <summary>Reads <c>*.tests.yml</c>: the cases beside a rule.</summary>
static class RuleTestFile
{
    public static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> Dimensions = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
    {
        ["level"] = ["Metadata", "Request", "RequestResponse"],
        ["shape"] = ["native", "aks", "eks", "gke"],
        ["transport"] = ["post", "websocket"],
        ["write"] = ["create", "apply", "json-patch", "merge-patch"],
    };

    static readonly string[] Keys = ["it", "from", "like", "with", "but", "each", "cluster", "matrix", "expect"];

    public static IReadOnlyList<RuleTestCase> Read(string file, ICollection<Problem> problems)
    {
        if (RuleFiles.TryRead(file, problems) is not { } text) return [];
        try
        {
            var yaml = new YamlStream();
            yaml.Load(new StringReader(text));
            return [.. yaml.Documents.SelectMany(d => Cases(file, d.RootNode))];
        }
        catch (YamlException e)
        {
            problems.Add(new Problem("AW1600", ProblemSeverity.Error, file, (int)e.Start.Line, (int)e.Start.Column, null, e.Message, "See detections/README.md for the form of a test file."));
            return [];
        }
    }

    static IEnumerable<RuleTestCase> Cases(string file, YamlNode root)
    {
        if (root is not YamlMappingNode map || Scalar(map, "rule") is not { } rule || Child(map, "cases") is not YamlSequenceNode cases)
            throw new YamlException(root.Start, root.End, "A test file needs 'rule' (the rule's id) and 'cases'.");
        var from = Scalar(map, "from");
        var told = new Dictionary<string, RuleTestCase>(StringComparer.Ordinal);
        foreach (var node in cases)
        {
            var at = node as YamlMappingNode ?? throw new YamlException(node.Start, node.End, "A case is a map with it, from, with, expect.");
            if (at.Children.Keys.FirstOrDefault(k => !Keys.Contains(((YamlScalarNode)k).Value)) is { } unknown)
                throw new YamlException(unknown.Start, unknown.End, $"'{unknown}' is no part of a case; there are {string.Join(", ", Keys)}.");
            var one = Case(file, rule, from, at, Like(at, told));
            told.TryAdd(one.It, one);
            yield return one;
        }
    }

    static RuleTestCase Case(string file, string rule, string? from, YamlMappingNode at, RuleTestCase? like)
    {
        var expect = Scalar(at, "expect");
        if (expect is not ("fire" or "silent" or "unknown")) throw new YamlException(at.Start, at.End, "'expect' must be fire, silent or unknown.");
        if (like is not null && Scalar(at, "from") is not null) throw new YamlException(at.Start, at.End, "A case has 'from' or 'like', not both.");
        return new RuleTestCase(
            file, (int)at.Start.Line, rule, Scalar(at, "it") ?? throw new YamlException(at.Start, at.End, "A case needs 'it': what it shows, in words."),
            like?.From ?? Scalar(at, "from") ?? from ?? throw new YamlException(at.Start, at.End, "A case needs 'from': FILE#NAME of a complete event."),
            With(at, like), like is not null && Child(at, "cluster") is null ? like.Cluster : Cluster(Child(at, "cluster")), Matrix(Child(at, "matrix")), expect, Changes(at));
    }

    // What an earlier case of this file starts from, and changes.
    static RuleTestCase? Like(YamlMappingNode at, Dictionary<string, RuleTestCase> told)
    {
        if (Child(at, "like") is not { } node) return null;
        if (node is not YamlScalarNode { Value: { } name } || !told.TryGetValue(name, out var like))
            throw new YamlException(node.Start, node.End, $"'like' names an earlier case of this file by its 'it'; there is none '{node}'.");
        return like.Changes.Count == 0 ? like : throw new YamlException(node.Start, node.End, $"'{name}' has several events ('but', 'each'); 'like' needs a case with one.");
    }

    static JsonObject With(YamlMappingNode at, RuleTestCase? like)
    {
        var with = like?.With.DeepClone() as JsonObject ?? [];
        if (Child(at, "with") is { } own)
            foreach (var (path, value) in YamlJson.Of(own) as JsonObject ?? [])
            {
                with.Remove(path);
                with[path] = value?.DeepClone();
            }

        return with;
    }

    // One run for each, with this one thing changed.
    static IReadOnlyList<CaseChange> Changes(YamlMappingNode at)
    {
        var changes = new List<CaseChange>();
        if (Child(at, "but") is { } but)
        {
            if (but is not YamlSequenceNode list) throw new YamlException(but.Start, but.End, "'but' is a list of changes: names from traces/changes.yml, or maps of path to value.");
            foreach (var item in list) changes.Add(item is YamlScalarNode { Value: { } name } ? new("but", name, null) : YamlJson.Of(item) is JsonObject with ? new("but", Said(with), with) : throw new YamlException(item.Start, item.End, "A change is a name or a map of path to value."));
        }

        if (Child(at, "each") is { } each)
        {
            if (each is not YamlMappingNode map) throw new YamlException(each.Start, each.End, "'each' is a map of path to a list of values.");
            foreach (var (path, values) in map.Children)
            {
                if (values is not YamlSequenceNode list || path is not YamlScalarNode { Value: { } field }) throw new YamlException(values.Start, values.End, "'each' needs a list of values.");
                foreach (var value in list.Select(YamlJson.Of)) changes.Add(new(field, value is null ? "~" : value.ToString(), new JsonObject { [field] = value }));
            }
        }

        return changes;
    }

    static string Said(JsonObject with) => string.Join(", ", with.Select(w => $"{w.Key}: {(w.Value is null ? "~" : w.Value is JsonValue ? w.Value.ToString() : w.Value.ToJsonString())}"));

    static Dictionary<string, IReadOnlyList<string>> Matrix(YamlNode? node)
    {
        var matrix = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        if (node is not YamlMappingNode map) return matrix;
        foreach (var (key, values) in map.Children)
        {
            var dimension = ((YamlScalarNode)key).Value ?? "";
            if (!Dimensions.TryGetValue(dimension, out var allowed)) throw new YamlException(key.Start, key.End, $"There is no dimension '{dimension}'; there are {string.Join(", ", Dimensions.Keys)}.");
            matrix[dimension] = [.. (values as YamlSequenceNode ?? new YamlSequenceNode(values)).Select(v => ((YamlScalarNode)v).Value ?? "")];
            if (matrix[dimension].FirstOrDefault(v => !allowed.Contains(v)) is { } wrong)
                throw new YamlException(values.Start, values.End, $"'{wrong}' is no {dimension}; there are {string.Join(", ", allowed)}.");
        }

        return matrix;
    }

    static ClusterFacts Cluster(YamlNode? node) => node is not YamlMappingNode map
        ? new ClusterFacts()
        : new ClusterFacts { Profile = Scalar(map, "profile") ?? "vanilla", TrustedProxies = Networks(map, "trusted_proxies"), Networks = Networks(map, "networks") };

    static IReadOnlyList<IPNetwork> Networks(YamlMappingNode map, string key) =>
        Child(map, key) is YamlSequenceNode list ? [.. list.Select(n => IPNetwork.TryParse(((YamlScalarNode)n).Value, out var net) ? net : throw new YamlException(n.Start, n.End, $"'{n}' is no network."))] : [];

    static YamlNode? Child(YamlMappingNode map, string key) => map.Children.TryGetValue(new YamlScalarNode(key), out var child) ? child : null;

    static string? Scalar(YamlMappingNode map, string key) => Child(map, key) is YamlScalarNode { Value: { } value } ? value : null;
}
