using AuditWatch.Sigma.Compilation;
using AuditWatch.Sigma.Evaluation;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Sigma.Tests;

/// <summary>Short ways to write a rule, load it and ask it.</summary>
internal static class Rules
{
    public static readonly Lists NoLists = new([]);

    /// <summary>A whole rule around a detection (indented as it is).</summary>
    public static string Text(string detection, string head = "") =>
        $"title: A rule\n{head}logsource: {{product: kubernetes}}\ndetection:\n{Indent(detection)}\n";

    public static SigmaRule Parse(string text)
    {
        var result = SigmaParser.Parse(text, "rule.yml");
        Assert.DoesNotContain(result.Problems, p => p.Severity == ProblemSeverity.Error);
        return Assert.IsType<SigmaRule>(Assert.Single(result.Documents));
    }

    public static Problem Refused(string text) => Assert.Single(SigmaParser.Parse(text, "rule.yml").Problems, p => p.Severity == ProblemSeverity.Error);

    public static CompiledRule Compile(string detection, AnyField schema, Lists? lists = null, params SigmaFilter[] filters)
    {
        var problems = new List<Problem>();
        var rule = RuleCompiler.Compile(Parse(Text(detection)), schema, lists ?? NoLists, filters, problems);
        Assert.Empty(problems);
        return Assert.IsAssignableFrom<CompiledRule>(rule);
    }

    public static Verdict Ask(string detection, string json, Dictionary<string, UnknownReason>? unknown = null, Lists? lists = null)
    {
        var schema = new AnyField();
        var rule = Compile(detection, schema, lists);
        var verdict = rule.Evaluate(new JsonEvent(schema, json, unknown));
        // Interned or not, asked once or again: the answer is the same.
        Assert.Equal(verdict, rule.Evaluate(new JsonEvent(schema, json, unknown)));
        Assert.Equal(verdict, rule.Evaluate(new JsonEvent(schema, json + " ", unknown)));
        Assert.Equal(verdict, rule.Evaluate(new JsonEvent(schema, json, unknown, intern: false)));
        if (verdict.Truth != Truth.True) Assert.Empty(rule.Explain(new JsonEvent(schema, json, unknown)));
        return verdict;
    }

    public static Truth Truth1(string item, string json) => Ask($"selection:\n  {item}\ncondition: selection", json).Truth;

    static string Indent(string text) => string.Join("\n", text.Split('\n').Select(l => l.Length == 0 ? l : "  " + l));
}

internal sealed class Lists(Dictionary<string, string[]> lists) : IListSource
{
    public IReadOnlyList<string>? Find(string name) => lists.GetValueOrDefault(name);
}
