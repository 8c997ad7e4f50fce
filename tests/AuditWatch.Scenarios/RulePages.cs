using System.Text;
using System.Text.Json;
using AuditWatch.Detection.Policy;
using AuditWatch.Detection.Rules;
using AuditWatch.Detection.Testing;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Parsing;
using AuditWatch.Testing;

namespace AuditWatch.Scenarios;

/// <summary>A page for every rule, correlation and chain that is shipped, and the index of them: by tactic, and by what is asked for.</summary>
static class RulePages
{
    const int MostResources = 8, MostExamples = 8;

    static readonly string Folder = Path.Combine(Checkout.Root, "detections");

    /// <summary>Path below docs/detections, and text.</summary>
    public static SortedDictionary<string, string> All()
    {
        var rules = Replay.Rules;
        // Those for alerts of Falco and for our own view are judged beside audit events; they are detections like all others.
        var others = rules.Written.OfType<SigmaRule>().Where(r => r.LogSource.Product is "falco" or "auditwatch");
        var documents = rules.Documents.Concat(others).Concat(rules.Correlations.All.Select(c => (SigmaDocument)c.Source)).OrderBy(d => d.Name, StringComparer.Ordinal).ToList();
        var chains = ChainPage.All(rules);
        var resources = ResourcesOf(rules);
        var users = documents.OfType<SigmaCorrelation>().SelectMany(c => c.Rules.Select(r => (Rule: r, By: c.Name)))
            .Concat(chains.SelectMany(c => c.Rules.Select(r => (Rule: r, By: c.Name)))).Distinct().ToLookup(u => u.Rule, u => u.By);
        var pages = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var document in documents) pages[$"rules/{document.Name}.md"] = Page(document, resources.GetValueOrDefault(document.Id, []), [.. users[document.Name].Order(StringComparer.Ordinal)]);
        foreach (var chain in chains) pages[$"rules/{chain.Name}.md"] = chain.Text();
        pages["index.md"] = RuleIndex.Text(documents, chains, resources);
        return pages;
    }

    static string Page(SigmaDocument document, IReadOnlyList<string> resources, IReadOnlyList<string> users)
    {
        var file = Path.GetRelativePath(Checkout.Root, FileOf(document)).Replace('\\', '/');
        var ours = document.Custom.GetValueOrDefault("auditwatch") as IReadOnlyDictionary<string, object?> ?? new Dictionary<string, object?>();
        var text = new StringBuilder($"# {document.Title}\n\n`{document.Name}` · {(WantsAlert(document) ? $"level {document.Level}" : "building block, no alert of its own")} · [{file}](../../../{file})\n\n{document.Description}\n\n");
        if (Scalar(ours, "level_reason") is { } reason) text.Append($"**Why this level.** {reason}\n\n");
        text.Append("| | |\n|---|---|\n");
        Row(text, "ATT&CK", string.Join(", ", Detection.Rules.AttackTags.Tactics(document.Tags).Concat(Detection.Rules.AttackTags.Techniques(document.Tags))));
        Row(text, "asks about", resources.Count == 0 ? "" : string.Join(", ", resources.Select(r => $"`{r}`")));
        if (document is SigmaCorrelation correlation) Row(text, "is made of", $"{Word(correlation.Type)} of {string.Join(", ", correlation.Rules.Select(r => $"[{r}]({r}.md)"))} within {Span(correlation.Timespan)}{(correlation.GroupBy.Count > 0 ? $", by {string.Join(", ", correlation.GroupBy.Select(g => $"`{g}`"))}" : "")}");
        if (ours.GetValueOrDefault("requires") is IReadOnlyDictionary<string, object?> requires && Scalar(requires, "level") is { } level) Row(text, "audit level", level);
        Row(text, "grouped by", string.Join(", ", Texts(ours.GetValueOrDefault("entities")).Select(e => $"`{e}`")));
        Row(text, "used by", string.Join(", ", users.Select(u => $"[{u}]({u}.md)")));
        List(text, "False positives", document.FalsePositives);
        List(text, "What to look at", Texts(ours.GetValueOrDefault("runbook")));
        Examples(text, document);
        return text.ToString();
    }

    // What the rule's own cases say, each once.
    static void Examples(StringBuilder text, SigmaDocument document)
    {
        var file = Path.ChangeExtension(FileOf(document), ".tests.yml");
        if (!File.Exists(file))
        {
            RecordedExamples(text, document);
            return;
        }

        var problems = new List<Problem>();
        var cases = RuleTestFile.Read(file, problems).Where(c => c.Changes.Count == 0 && (c.Rule == document.Id || c.Rule == document.Name)).ToList();
        List(text, "Examples", [.. new[] { "fire", "silent", "unknown" }.SelectMany(expect => cases.Where(c => c.Expect == expect).Select(c => c.It).Distinct().Take(MostExamples))]);
    }

    // Rules for Falco and for our own view have their cases in one file of their folder.
    static void RecordedExamples(StringBuilder text, SigmaDocument document)
    {
        var file = Path.Combine(Path.GetDirectoryName(FileOf(document))!, "cases.ndjson");
        if (!File.Exists(file)) return;
        var cases = File.ReadLines(file).Where(l => l.Length > 0).Select(l => JsonElement.Parse(l)).Where(c => c.GetProperty("rule").GetString() == document.Name).ToList();
        List(text, "Examples", [.. new[] { "fire", "silent" }.SelectMany(expect => cases.Where(c => c.GetProperty("expect").GetString() == expect).Select(c => c.GetProperty("it").GetString()!).Distinct().Take(MostExamples))]);
    }

    // What a rule could hold on at all, as the policy simulator reads it out of the rule.
    static Dictionary<string, IReadOnlyList<string>> ResourcesOf(RuleSnapshot rules)
    {
        var problems = new List<Problem>();
        var everything = AuditPolicyReader.Read("everything.yaml", "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: RequestResponse}]\n", problems)!;
        var cluster = new ClusterFacts();
        var set = rules.For(cluster).Rules;
        var found = new IReadOnlyList<string>[set.Count];
        Parallel.For(0, set.Count, i =>
        {
            var wanted = new RuleSight(rules, set[i], [], everything).Wanted();
            var names = wanted.Select(w => w.Class.Request.Resource).Where(r => !string.IsNullOrEmpty(r)).Select(r => r!).Distinct().Order(StringComparer.Ordinal).ToList();
            found[i] = names.Count <= MostResources ? names : [];
        });
        return set.Select((rule, i) => (rule.Identity.Id, found[i])).ToDictionary(r => r.Id, r => r.Item2);
    }

    static string FileOf(SigmaDocument document) => Path.GetFullPath(Path.IsPathRooted(document.File) ? Path.Combine(Folder, RelativeTo(document.File)) : document.File);

    // The shipped rules are read from beside the program; the page names the place in the repository.
    static string RelativeTo(string file) => file[(file.LastIndexOf("/detections/", StringComparison.Ordinal) + "/detections/".Length)..];

    internal static bool WantsAlert(SigmaDocument document) => document.Custom.GetValueOrDefault("auditwatch") is not IReadOnlyDictionary<string, object?> ours || Scalar(ours, "alert") is not "false";

    static string Word(CorrelationType type) => type switch
    {
        CorrelationType.EventCount => "count",
        CorrelationType.ValueCount => "count of different values",
        CorrelationType.Temporal => "all",
        CorrelationType.TemporalOrdered => "all, in this order,",
        _ => type.ToString(),
    };

    static string Span(TimeSpan span) => span.TotalDays >= 1 ? $"{span.TotalDays} d" : span.TotalHours >= 1 ? $"{span.TotalHours} h" : span.TotalMinutes >= 1 ? $"{span.TotalMinutes} min" : $"{span.TotalSeconds} s";

    static void Row(StringBuilder text, string name, string value)
    {
        if (value.Length > 0) text.Append($"| {name} | {value} |\n");
    }

    static void List(StringBuilder text, string heading, IReadOnlyList<string> items)
    {
        if (items.Count == 0) return;
        text.Append($"\n## {heading}\n");
        foreach (var item in items) text.Append($"- {item}\n");
    }

    static string? Scalar(IReadOnlyDictionary<string, object?> map, string key) => map.GetValueOrDefault(key) switch { null => null, bool b => b ? "true" : "false", var other => other.ToString() };

    static IReadOnlyList<string> Texts(object? list) => list is IReadOnlyList<object?> items ? [.. items.Select(i => i?.ToString() ?? "")] : [];
}
