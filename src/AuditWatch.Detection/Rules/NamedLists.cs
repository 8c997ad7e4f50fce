using AuditWatch.Sigma.Evaluation;
using AuditWatch.Sigma.Parsing;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace AuditWatch.Detection.Rules;

/// <summary>
/// The named lists that rules expand (<c>%name%</c>): files <c>lists/NAME.yml</c> with <c>name</c> (default: the file's stem), <c>owner</c>, <c>reason</c> and
/// <c>entries</c>.
/// </summary>
sealed class NamedLists : IListSource
{
    readonly Dictionary<string, IReadOnlyList<string>> _lists = new(StringComparer.Ordinal);

    public IReadOnlyList<string>? Find(string name) => _lists.GetValueOrDefault(name);

    public void Load(string dir, ICollection<Problem> problems)
    {
        foreach (var file in RuleFiles.Yaml(dir))
            if (RuleFiles.TryRead(file, problems) is { } text) Add(file, text, problems);
    }

    void Add(string file, string text, ICollection<Problem> problems)
    {
        try
        {
            var yaml = new YamlStream();
            yaml.Load(new StringReader(text));
            foreach (var document in yaml.Documents) Add(file, document.RootNode, problems);
        }
        catch (YamlException e)
        {
            problems.Add(new Problem("AW1501", ProblemSeverity.Error, file, (int)e.Start.Line, (int)e.Start.Column, null, "The list is not valid YAML.", "Write name, owner, reason and entries."));
        }
    }

    void Add(string file, YamlNode root, ICollection<Problem> problems)
    {
        if (root is not YamlMappingNode map || Child(map, "entries") is not YamlSequenceNode entries || entries.Any(e => e is not YamlScalarNode))
        {
            Report("AW1502", root, "A list needs 'entries': a sequence of texts.", "Write name, owner, reason and entries.");
            return;
        }

        var name = Text(map, "name") ?? Path.GetFileNameWithoutExtension(file);
        if (Text(map, "owner") is null || Text(map, "reason") is null)
            Report("AW1503", root, $"List '{name}' does not say who owns it and why.", "Add 'owner' and 'reason'.", ProblemSeverity.Warning);
        if (!_lists.TryAdd(name, [.. entries.Cast<YamlScalarNode>().Select(e => e.Value ?? "")]))
            Report("AW1504", root, $"There are two lists named '{name}'.", "Rename one, or remove it.");

        void Report(string code, YamlNode at, string message, string fix, ProblemSeverity severity = ProblemSeverity.Error) =>
            problems.Add(new Problem(code, severity, file, (int)at.Start.Line, (int)at.Start.Column, null, message, fix));
    }

    static YamlNode? Child(YamlMappingNode map, string key) => map.Children.TryGetValue(new YamlScalarNode(key), out var child) ? child : null;

    static string? Text(YamlMappingNode map, string key) => Child(map, key) is YamlScalarNode { Value: { Length: > 0 } value } ? value : null;
}
