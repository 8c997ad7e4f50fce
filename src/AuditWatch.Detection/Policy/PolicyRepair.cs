using System.Text;
using AuditWatch.Events.Model;

namespace AuditWatch.Detection.Policy;

/// <summary>Looks for the smallest change of a policy after which a rule sees what it wants to, and tries it out.</summary>
static class PolicyRepair
{
    static readonly string[] Secret = ["secrets", "configmaps", "serviceaccounts/token", "tokenreviews"];

    /// <summary>Null when no change was found that helps.</summary>
    public static PolicyChange? For(AuditPolicy policy, IReadOnlyList<RequestClass> wanted, IReadOnlyList<SightLoss> losses, Func<AuditPolicy, Visibility> judge)
    {
        var stages = losses.Where(l => l.Omitted is not null).Select(l => l.Omitted!.Value).Distinct().Order().ToHashSet();
        var lost = losses.Where(l => l.Omitted is null).ToList();
        if (lost.Count == 0) return Try(Keep(policy, stages), Kept(stages), 0, false);
        // Where the rule could hold on almost anything, the rules that hide it are raised: one put before them would take from all the others.
        return lost.Any(l => IsAnything(l.Class.Request)) ? Raise() : Insert();

        PolicyChange? Insert()
        {
            var at = lost.Min(l => l.Decision.Rule < 0 ? policy.Rules.Count : l.Decision.Rule);
            var rules = lost.GroupBy(l => l.Needed).OrderByDescending(g => g.Key).Select(g => NotLess(Rule(g.Key, [.. g], policy))).ToList();
            var changed = Keep(rules.AsEnumerable().Reverse().Aggregate(policy, (sofar, rule) => sofar.With(rule, at)), stages);
            return Try(changed, string.Join('\n', rules.Select(Yaml).Concat(stages.Count > 0 ? [Kept(stages)] : [])), at < policy.Rules.Count ? policy.Rules[at].Line : 0, rules.Any(ShowsSecrets));
        }

        PolicyChange? Raise()
        {
            if (lost.Any(l => l.Decision.Rule < 0)) return Try(Keep(policy.With(new() { Level = lost.Max(l => l.Needed) }, policy.Rules.Count), stages), $"- level: {lost.Max(l => l.Needed)}", 0, lost.Any(l => l.Needed > AuditLevel.Metadata));
            var raised = lost.GroupBy(l => l.Decision.Rule).OrderBy(g => g.Key).ToDictionary(g => g.Key, g => g.Max(l => l.Needed));
            var changed = Keep(policy with { Rules = [.. policy.Rules.Select((r, i) => raised.TryGetValue(i, out var level) ? r with { Level = level } : r)] }, stages);
            return Try(changed, string.Join('\n', raised.Select(r => $"# line {policy.Rules[r.Key].Line}: level: {r.Value}").Concat(stages.Count > 0 ? [Kept(stages)] : [])), 0, raised.Any(r => r.Value > AuditLevel.Metadata && ShowsSecrets(policy.Rules[r.Key])));
        }

        // A rule put first must not take away what a later one gave.
        AuditPolicyRule NotLess(AuditPolicyRule rule) =>
            rule with { Level = wanted.Where(w => rule.Matches(w.Request)).Select(w => policy.Decide(w.Request).Level ?? AuditLevel.Metadata).Append(rule.Level!.Value).Max() };

        PolicyChange? Try(AuditPolicy changed, string text, int before, bool showsSecrets)
        {
            var left = judge(changed);
            return left == Visibility.Live || (left == Visibility.PartlyBlind && losses.All(l => !l.IsPartial)) ? new PolicyChange(text, before, left, showsSecrets) : null;
        }
    }

    /// <summary>A request's object as policies and people write it.</summary>
    public static string What(AuditedRequest request) => !request.IsResource ? request.Path == "/other" ? "other paths" : request.Path
        : request.Resource + (request.Subresource.Length == 0 ? "" : "/" + request.Subresource) + (request.Group.Length == 0 ? "" : "." + request.Group);

    static bool IsAnything(AuditedRequest request) => request.Resource == "others" || !request.IsResource;

    static bool ShowsSecrets(AuditPolicyRule rule) => rule.Level is not AuditLevel.Metadata && rule.NonResourceUrls.Count == 0
        && (rule.Resources.Count == 0 || rule.Resources.Any(r => r.Resources.Count == 0 ? r.Group is "" or "*" or "authentication.k8s.io" : r.Resources.Any(x => Secret.Contains(x) || x == "*")));

    static string Kept(IEnumerable<AuditStage> stages) => $"# take {string.Join(", ", stages)} out of omitStages";

    static AuditPolicy Keep(AuditPolicy policy, IReadOnlySet<AuditStage> stages) => policy with
    {
        OmitStages = policy.OmitStages.Except(stages).ToHashSet(),
        Rules = [.. policy.Rules.Select(r => r with { OmitStages = [.. r.OmitStages.Except(stages)] })],
    };

    static AuditPolicyRule Rule(AuditLevel level, IReadOnlyList<SightLoss> losses, AuditPolicy policy)
    {
        var requests = losses.Select(l => l.Class.Request).ToList();
        var verbs = requests.Select(r => r.Verb).Distinct().Order(StringComparer.Ordinal).ToList();
        return new AuditPolicyRule
        {
            Level = level,
            Verbs = verbs.Count >= 8 ? [] : verbs,
            // Names come from the policy: a rule for them alone is enough where the rest is seen.
            Namespaces = losses.Any(l => l.Class.AnyNamespace) || policy.Rules.All(r => r.Namespaces.Count == 0) ? [] : [.. requests.Select(r => r.Namespace).Distinct()],
            Resources = [.. requests.GroupBy(r => r.Group).OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => new AuditPolicyResources(g.Key, [.. g.Select(r => r.Subresource.Length == 0 ? r.Resource : r.Resource + "/" + r.Subresource).Distinct().Order(StringComparer.Ordinal)], []))],
        };
    }

    static string Yaml(AuditPolicyRule rule)
    {
        var text = new StringBuilder("- level: ").Append(rule.Level?.ToString() ?? "None");
        if (rule.Verbs.Count > 0) text.Append("\n  verbs: [").AppendJoin(", ", rule.Verbs).Append(']');
        if (rule.Namespaces.Count > 0) text.Append("\n  namespaces: [").AppendJoin(", ", rule.Namespaces.Select(Quoted)).Append(']');
        if (rule.Resources.Count > 0) text.Append("\n  resources:");
        foreach (var some in rule.Resources) text.Append("\n  - {group: ").Append(Quoted(some.Group)).Append(", resources: [").AppendJoin(", ", some.Resources).Append("]}");
        return text.ToString();
    }

    static string Quoted(string text) => text.Length == 0 ? "\"\"" : text;
}
