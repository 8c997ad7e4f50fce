using AuditWatch.Detection.Reasoning;
using AuditWatch.Detection.Rules;
using AuditWatch.Events.Model;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Policy;

/// <summary>Which rules, correlations and chains an audit policy leaves live, partly blind, blind or inverted, and why.</summary>
public sealed class PolicyCoverage
{
    PolicyCoverage(AuditPolicy policy, IReadOnlyList<RuleVisibility> all) => (Policy, All) = (policy, all);

    /// <summary>The policy.</summary>
    public AuditPolicy Policy { get; }

    /// <summary>Rules, then correlations, then chains, each by name.</summary>
    public IReadOnlyList<RuleVisibility> All { get; }

    /// <summary>Of the rules as they run on clusters of this kind.</summary>
    public static PolicyCoverage Of(RuleSnapshot rules, AuditPolicy policy, ClusterFacts? cluster = null)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(policy);
        cluster ??= new ClusterFacts();
        var set = rules.For(cluster).Rules;
        var found = new RuleVisibility[set.Count];
        Parallel.For(0, set.Count, i => found[i] = Of(rules, set[i], policy, cluster));
        var byName = found.ToDictionary(f => f.Name, StringComparer.Ordinal);
        var byId = found.ToDictionary(f => f.Id, StringComparer.Ordinal);
        var correlations = new List<RuleVisibility>();
        foreach (var one in rules.Correlations.All.Select(Joined))
        {
            correlations.Add(one);
            byName[one.Name] = byId[one.Id] = one;
        }

        var chains = rules.Chains.Rules.Select(rule => Chain(rule.Name, (Type)rule.Properties[NRules.Fluent.RuleProperties.ClrType])).ToList();
        return new(policy, [.. found.OrderBy(f => f.Name, StringComparer.Ordinal), .. correlations.OrderBy(c => c.Name, StringComparer.Ordinal), .. chains.OrderBy(c => c.Name, StringComparer.Ordinal)]);

        RuleVisibility Joined(Counting.CorrelationRule c)
        {
            var members = c.Members.Select(m => (m.Name, State: byId.TryGetValue(m.Id, out var rule) ? rule.State : Visibility.Live)).ToList();
            // A count over several rules goes on without one of them; what must follow on one another does not.
            return new(c.Identity.Id, c.Identity.Name, "correlation", c.Identity.Level, c.IsTemporal && c.Source.Condition is null ? Worst(members) : Mixed(members), [], [.. members.Where(m => m.State != Visibility.Live)], null);
        }

        // Any rule of a step makes the step; every step is needed. What comes from tables over all events has no rule here.
        RuleVisibility Chain(string name, Type type)
        {
            var story = ChainCatalog.StoryOf(type);
            var steps = story.StepNames.Select((step, i) => (Step: step, Rules: story.RulesOf(i).Where(byName.ContainsKey).Select(r => (r, byName[r].State)).ToList())).Where(s => s.Rules.Count > 0).ToList();
            return new(ChainIdentity.IdOf(type), name, "chain", "", Worst([.. steps.Select(s => (s.Step, Mixed(s.Rules)))]), [], [.. steps.SelectMany(s => s.Rules).Distinct().Where(m => m.State != Visibility.Live)], null);
        }
    }

    static Visibility Worst(IReadOnlyList<(string, Visibility State)> members) =>
        members.Any(m => m.State is Visibility.Blind or Visibility.Inverted or Visibility.Unreached) ? Visibility.Blind : members.Any(m => m.State == Visibility.PartlyBlind) ? Visibility.PartlyBlind : Visibility.Live;

    static Visibility Mixed(IReadOnlyList<(string, Visibility State)> members) =>
        members.All(m => m.State == Visibility.Live) ? Visibility.Live : members.All(m => m.State is Visibility.Blind or Visibility.Inverted or Visibility.Unreached) ? Visibility.Blind : Visibility.PartlyBlind;

    static RuleVisibility Of(RuleSnapshot rules, EventRule rule, AuditPolicy policy, ClusterFacts cluster)
    {
        var sight = new RuleSight(rules, rule, rules.FiltersOf((SigmaRule)rule.Compiled.Source, cluster.Profile), policy);
        var wanted = sight.Wanted();
        var losses = wanted.Select(w => sight.Loss(w, policy)).OfType<SightLoss>().ToList();
        var state = State(wanted.Count, losses);
        var change = losses.Count == 0 ? null : PolicyRepair.For(policy, [.. wanted.Select(w => w.Class)], losses, changed => State(wanted.Count, [.. wanted.Select(w => sight.Loss(w, changed)).OfType<SightLoss>()]));
        return new(rule.Identity.Id, rule.Identity.Name, "rule", rule.Identity.Level, state, BlindSpots(policy, losses), [], change);
    }

    static Visibility State(int wanted, IReadOnlyList<SightLoss> losses) =>
        wanted == 0 ? Visibility.Unreached
        : losses.Count == 0 ? Visibility.Live
        : losses.Count < wanted || losses.Any(l => l.IsPartial) ? Visibility.PartlyBlind
        : losses.Any(l => l.IsInverted) ? Visibility.Inverted : Visibility.Blind;

    static List<BlindSpot> BlindSpots(AuditPolicy policy, IReadOnlyList<SightLoss> losses) =>
    [
        .. losses.GroupBy(l => (l.Decision.Rule, l.Decision.Level, l.Needed, l.Omitted, l.IsPartial, l.IsInverted)).OrderBy(g => g.Key.Rule < 0 ? int.MaxValue : g.Key.Rule).ThenBy(g => g.Key.Needed).Select(g => new BlindSpot(
            g.Key.Rule < 0 ? 0 : policy.Rules[g.Key.Rule].Line, g.Key.Level?.ToString() ?? "None", g.Key.Needed.ToString(), g.Key.Omitted?.ToString(),
            [.. g.Select(l => l.Class.Request.Verb).Distinct()], [.. g.Select(l => PolicyRepair.What(l.Class.Request)).Distinct()],
            Callers(policy, g), g.Key.IsPartial, g.Key.IsInverted)),
    ];

    static List<string> Callers(AuditPolicy policy, IEnumerable<SightLoss> losses)
    {
        var all = Caller.Of(policy).Select(c => c.Label).ToList();
        var some = losses.SelectMany(l => l.Class.Callers).Distinct().OrderBy(all.IndexOf).ToList();
        // Failed logins are nobody's in particular.
        return all.All(c => c == "failed logins" || some.Contains(c)) ? [] : some;
    }
}
