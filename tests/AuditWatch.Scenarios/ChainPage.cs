using AuditWatch.Detection.Reasoning;
using AuditWatch.Detection.Rules;
using NRules.Fluent;
using NRules.RuleModel;

namespace AuditWatch.Scenarios;

/// <summary>What is said of a chain: its class says it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it tells.</param>
/// <param name="Tags">ATT&amp;CK.</param>
/// <param name="File">Its class.</param>
/// <param name="Steps">The rules of each step.</param>
sealed record ChainPage(string Name, string Description, IReadOnlyList<string> Tags, string File, IReadOnlyList<(string Step, IReadOnlyList<string> Rules)> Steps)
{
    public IEnumerable<string> Rules => Steps.SelectMany(s => s.Rules);

    public static IReadOnlyList<ChainPage> All(RuleSnapshot rules) => [.. rules.Chains.Rules.Select(Of).OrderBy(c => c.Name, StringComparer.Ordinal)];

    public string Text()
    {
        var known = Replay.Rules.Documents.Select(d => d.Name).Concat(Replay.Rules.Correlations.All.Select(c => c.Identity.Name)).ToHashSet(StringComparer.Ordinal);
        var steps = string.Join("\n", Steps.Select((s, i) => $"{i + 1}. {string.Join(" or ", s.Rules.Select(r => known.Contains(r) ? $"[{r}]({r}.md)" : $"`{r}`"))}"));
        return $"# {Name}\n\nChain · [{File}](../../../{File})\n\n{Description}\n\n| | |\n|---|---|\n| ATT&CK | {string.Join(", ", AttackTags.Tactics(Tags).Concat(AttackTags.Techniques(Tags)))} |\n\n## Steps\n{steps}\n";
    }

    static ChainPage Of(IRuleDefinition rule)
    {
        var type = (Type)rule.Properties[RuleProperties.ClrType];
        var story = ChainCatalog.StoryOf(type);
        return new(rule.Name, rule.Description, [.. rule.Tags], $"detections/chains/{type.Name}.cs", [.. story.StepNames.Select((step, i) => (step, (IReadOnlyList<string>)[.. story.RulesOf(i).Order(StringComparer.Ordinal)]))]);
    }
}
