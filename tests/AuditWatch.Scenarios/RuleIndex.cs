using System.Text;
using AuditWatch.Detection.Lint;
using AuditWatch.Detection.Rules;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Scenarios;

/// <summary>The index of all detections: by tactic, by resource, correlations, chains.</summary>
static class RuleIndex
{
    static readonly string[] Levels = ["critical", "high", "medium", "low", "informational"];

    public static string Text(IReadOnlyList<SigmaDocument> documents, IReadOnlyList<ChainPage> chains, IReadOnlyDictionary<string, IReadOnlyList<string>> resources)
    {
        var rules = documents.Where(d => d is SigmaRule).ToList();
        var correlations = documents.OfType<SigmaCorrelation>().ToList();
        var text = new StringBuilder($"""
            # All detections

            {rules.Count} rules ({rules.Count(RulePages.WantsAlert)} raise alerts; the others are building blocks), {correlations.Count} correlations, {chains.Count} chains. Written by `tests/AuditWatch.Scenarios/RulePages.cs` from `detections/`; a test fails when a page is stale.
            What is found on recorded attacks: [measured.md](measured.md). What a quiet day costs: [background.md](background.md). Which behaviour is told by what: [catalogue.md](catalogue.md), [containers-matrix.md](containers-matrix.md). What the audit log cannot show: [gaps.md](gaps.md).

            [By tactic](#by-tactic) · [By resource](#by-resource) · [Correlations](#correlations) · [Chains](#chains)

            ## By tactic

            """);
        foreach (var tactic in AttackCatalog.Tactics)
        {
            var of = rules.Where(r => AttackTags.Tactics(r.Tags).Contains(tactic)).ToList();
            if (of.Count == 0) continue;
            text.Append($"\n### {tactic}\n\n| rule | level | what it finds |\n|---|---|---|\n");
            foreach (var rule in of.OrderBy(LevelOf).ThenBy(r => r.Name, StringComparer.Ordinal)) text.Append($"| [{rule.Name}](rules/{rule.Name}.md) | {(RulePages.WantsAlert(rule) ? rule.Level : "block")} | {rule.Title} |\n");
        }

        text.Append("\n## By resource\n\nRules that look at more than eight kinds, or at none, are left out.\n\n| resource | rules |\n|---|---|\n");
        foreach (var group in rules.SelectMany(r => resources.GetValueOrDefault(r.Id, []).Select(resource => (resource, r.Name))).GroupBy(r => r.resource).OrderBy(g => g.Key, StringComparer.Ordinal))
            text.Append($"| `{group.Key}` | {string.Join(", ", group.Select(g => $"[{g.Name}](rules/{g.Name}.md)"))} |\n");
        text.Append("\n## Correlations\n\n| correlation | level | what it finds |\n|---|---|---|\n");
        foreach (var one in correlations.OrderBy(LevelOf).ThenBy(c => c.Name, StringComparer.Ordinal)) text.Append($"| [{one.Name}](rules/{one.Name}.md) | {(RulePages.WantsAlert(one) ? one.Level : "block")} | {one.Title} |\n");
        text.Append("\n## Chains\n\n| chain | what it tells |\n|---|---|\n");
        foreach (var chain in chains) text.Append($"| [{chain.Name}](rules/{chain.Name}.md) | {chain.Description} |\n");
        return text.ToString();
    }

    static int LevelOf(SigmaDocument document) => RulePages.WantsAlert(document) ? Array.IndexOf(Levels, document.Level) : Levels.Length;
}
