using AuditWatch.Detection.Lint;
using AuditWatch.Detection.Rules;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Tests.Lint;

/// <summary>A folder with rules, for as long as a test runs.</summary>
sealed class RuleFolder : IDisposable
{
    const string Title = "title: A rule\n", Id = "id: 3c4c7c6e-0b5a-4b1d-9d0e-5a9e1c2f7b10\n", Source = "logsource: {product: kubernetes, service: audit}\n";

    public string Dir { get; } = Directory.CreateTempSubdirectory("auditwatch-rules-").FullName;

    public RuleFolder Add(string name, string text)
    {
        var file = Path.Combine(Dir, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        return this;
    }

    /// <summary>Adds a rule of which only the parts that matter are written.</summary>
    public RuleFolder Rule(string part, string name = "rule.yml") =>
        Add(name, (Says(part, "title:") ? "" : Title) + (Says(part, "id:") ? "" : Id) + (Says(part, "logsource:") ? "" : Source) + part);

    public LintReport Lint() => RuleLint.Check(RuleSources.Only([Dir]));

    public static IReadOnlyList<Problem> Findings(string part)
    {
        using var folder = new RuleFolder().Rule(part);
        return folder.Lint().Findings;
    }

    public static IReadOnlyList<string> Codes(string part) => [.. Findings(part).Select(f => f.Code).Where(c => c is not ("AW2036" or "AW2040"))];

    public void Dispose() => Directory.Delete(Dir, recursive: true);

    static bool Says(string part, string key) => part.StartsWith(key, StringComparison.Ordinal) || part.Contains("\n" + key, StringComparison.Ordinal);
}
