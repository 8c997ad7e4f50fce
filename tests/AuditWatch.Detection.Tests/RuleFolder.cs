using AuditWatch.Detection.Rules;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Tests;

/// <summary>A folder of rules for one test.</summary>
sealed class RuleFolder : IDisposable
{
    public string Dir { get; } = Directory.CreateTempSubdirectory("rules").FullName;

    public List<Problem> Problems { get; } = [];

    public RuleFolder Add(string file, string yaml)
    {
        var path = Path.Combine(Dir, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, yaml);
        return this;
    }

    public RuleFolder AddRule(string file, string id, string detection = "{selection: {objectRef.resource: secrets, verb: get}, condition: selection}", string extra = "") =>
        Add(file, $"title: Rule {id}\nid: 00000000-0000-4000-8000-00000000000{id}\nlogsource: {{product: kubernetes, service: audit}}\ndetection: {detection}\n{extra}\n");

    public RuleSnapshot Load(string? exceptions = null) =>
        RuleSnapshot.Load(RuleSources.Only([Dir]) with { ExceptionDirs = exceptions is null ? [] : [Path.Combine(Dir, "..", exceptions)] }, Problems);

    public void Dispose() => Directory.Delete(Dir, recursive: true);
}
