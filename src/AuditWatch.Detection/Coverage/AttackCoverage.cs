using AuditWatch.Detection.Lint;
using AuditWatch.Detection.Rules;

namespace AuditWatch.Detection.Coverage;

/// <summary>Which techniques of ATT&amp;CK rules, correlations and chains speak of, by tactic.</summary>
public sealed class AttackCoverage
{
    AttackCoverage(IReadOnlyList<TechniqueCoverage> techniques, IReadOnlyList<string> untagged) => (Techniques, Untagged) = (techniques, untagged);

    /// <summary>By tactic in the order of an attack, then by technique. A rule of several tactics stands under each.</summary>
    public IReadOnlyList<TechniqueCoverage> Techniques { get; }

    /// <summary>Names of rules that name no technique, or no tactic.</summary>
    public IReadOnlyList<string> Untagged { get; }

    /// <summary>Of the rules, correlations and chains of a snapshot.</summary>
    public static AttackCoverage Of(RuleSnapshot rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        var all = rules.Rules.Select(r => (r.Name, r.Rule.Tactics, Techniques: r.Rule.Attack, r.RaisesAlert))
            .Concat(rules.Correlations.All.Select(c => (c.Identity.Name, c.Identity.Rule.Tactics, Techniques: c.Identity.Rule.Attack, c.Identity.RaisesAlert)))
            .Concat(rules.Chains.Rules.Select(c => (c.Name, Tactics: AttackTags.Tactics(c.Tags), Techniques: AttackTags.Techniques(c.Tags), RaisesAlert: true))).ToList();
        var cells = all.SelectMany(r => r.Tactics.SelectMany(tactic => r.Techniques.Select(technique => (tactic, technique, r.Name, r.RaisesAlert))))
            .GroupBy(c => (c.tactic, c.technique))
            .Select(g => new TechniqueCoverage(g.Key.tactic, g.Key.technique,
                [.. g.Where(c => c.RaisesAlert).Select(c => c.Name).Distinct().Order(StringComparer.Ordinal)], [.. g.Where(c => !c.RaisesAlert).Select(c => c.Name).Distinct().Order(StringComparer.Ordinal)]))
            .OrderBy(c => Order(c.Tactic)).ThenBy(c => c.Technique, StringComparer.Ordinal).ToList();
        return new(cells, [.. all.Where(r => r.Tactics.Count == 0 || r.Techniques.Count == 0).Select(r => r.Name).Order(StringComparer.Ordinal)]);
    }

    static int Order(string tactic)
    {
        for (var i = 0; i < AttackCatalog.Tactics.Count; i++)
            if (AttackCatalog.Tactics[i] == tactic) return i;
        return int.MaxValue;
    }
}
