using AuditWatch.Detection.Rules;

namespace AuditWatch.Detection.Tests.Counting;

/// <summary>A folder with one rule (secrets read) and correlations over it.</summary>
static class Counted
{
    public const string Reads = "title: Secret asked for\nname: asked\nid: 00000000-0000-4000-8000-000000000001\nlogsource: {product: kubernetes, service: audit}\ndetection: {selection: {objectRef.resource: secrets}, condition: selection}\n";

    public static RuleFolder Folder(string correlation, string extra = "", string rule = Reads) =>
        new RuleFolder().Add("asked.yml", rule).Add("c.yml", $"title: Correlated\nname: correlated\nid: 00000000-0000-4000-8000-0000000000c1\nlevel: high\n{extra}correlation:\n  {correlation.Replace("\n", "\n  ", StringComparison.Ordinal)}\n");

    public static RuleSnapshot Rules(string correlation, string extra = "")
    {
        using var folder = Folder(correlation, extra);
        var rules = folder.Load();
        Assert.Empty(folder.Problems);
        return rules;
    }

    public static An Ask(double at, string user = "alice", string name = "a", string? id = null) => new() { Id = id ?? $"ask-{user}-{at}", User = user, Name = name, At = at };

    public static An[] Asks(double from, int count, double every = 1, string user = "alice") => [.. Enumerable.Range(0, count).Select(i => Ask(from + (i * every), user, "s" + i))];
}
