using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Rules;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Counting;

/// <summary>The correlations of a rule set, with what they refer to found and checked. One that cannot be evaluated as written is refused by name, place and reason.</summary>
sealed class CorrelationSet
{
    public static readonly CorrelationSet None = new([], [], new HashSet<string>());

    readonly Dictionary<string, List<(CorrelationRule Rule, IReadOnlyList<int> Group, IReadOnlyList<int> Values)>> _byMember = new(StringComparer.Ordinal);
    readonly Dictionary<string, List<OuterCorrelation>> _over = new(StringComparer.Ordinal);
    readonly HashSet<string> _muted = new(StringComparer.Ordinal);

    CorrelationSet(IReadOnlyList<CorrelationRule> rules, IReadOnlyList<SigmaDocument> members, IReadOnlySet<string> muted)
    {
        All = rules;
        _muted.UnionWith(muted);
        var byId = members.ToDictionary(m => m.Id, StringComparer.Ordinal);
        foreach (var rule in rules)
            foreach (var member in rule.Members.DistinctBy(m => m.Id))
            {
                if (member is SigmaCorrelation inner) Over(inner, rule);
                if (!byId.ContainsKey(member.Id)) continue;
                if (!_byMember.TryGetValue(member.Id, out var uses)) _byMember[member.Id] = uses = [];
                uses.Add((rule, [.. rule.Source.GroupBy.Select(f => SlotOf(rule.GroupField(f, member.Id)))], [.. rule.Source.Fields.Select(SlotOf)]));
            }
    }

    /// <summary>Every correlation after those that it speaks of.</summary>
    public IReadOnlyList<CorrelationRule> All { get; }

    /// <summary>The correlations that speak of a correlation.</summary>
    public IReadOnlyList<OuterCorrelation> Over(string id) => _over.TryGetValue(id, out var outer) ? outer : [];

    /// <summary>Whether the rule raises no alerts of its own because correlations use it (Sigma's <c>generate: false</c>).</summary>
    public bool Mutes(string ruleId) => _muted.Contains(ruleId);

    /// <summary>What the event layer must read when the rule holds.</summary>
    public IReadOnlyList<CapturedFields> CapturesFor(string ruleId) =>
        _byMember.TryGetValue(ruleId, out var uses) ? [.. uses.Select(u => new CapturedFields(u.Rule, u.Group, u.Values, u.Rule.IsTemporal ? u.Rule.WordFor(ruleId) : null, ExceptionsOver(u.Rule))
        {
            MetricSlots = u.Rule.Metrics.Count == 0 ? null : [.. u.Rule.Metrics.Select(m => m.Field is { } field ? SlotOf(field) : -1)],
            Member = u.Rule.Metrics.Count == 0 ? 0 : u.Rule.BitOf(ruleId),
        })] : [];

    public static CorrelationSet Resolve(
        IReadOnlyList<SigmaCorrelation> written, IReadOnlyList<SigmaDocument> rules, IReadOnlyList<SigmaDocument> passedOver,
        Func<SigmaDocument, IReadOnlyList<SiteExceptionRule>> exceptions, ICollection<Problem> problems)
    {
        if (written.Count == 0) return None;
        var resolver = new CorrelationResolver(written, rules, passedOver, problems);
        var found = resolver.Resolve();
        var muted = found.Where(f => !f.Source.Generate).SelectMany(f => f.Members).Where(m => RuleIdentity.WantsAlert(m) is not true).Select(m => m.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var loud in found.Where(f => f.Source.Generate).SelectMany(f => f.Members)) muted.Remove(loud.Id);
        var spokenOf = found.SelectMany(f => f.Members).Select(m => m.Id).ToHashSet(StringComparer.Ordinal);
        return new CorrelationSet(
            [.. found.Select(f => new CorrelationRule(f.Source, f.Members, !muted.Contains(f.Source.Id), exceptions(f.Source)) { IsSpokenOf = spokenOf.Contains(f.Source.Id) })], rules, muted);
    }

    void Over(SigmaCorrelation inner, CorrelationRule outer)
    {
        if (!_over.TryGetValue(inner.Id, out var all)) _over[inner.Id] = all = [];
        all.Add(new OuterCorrelation(
            outer, outer.WordFor(inner.Id), [.. outer.Source.GroupBy.Select(g => IndexOf(inner.GroupBy, outer.GroupField(g, inner.Id)))], [.. outer.Source.Fields.Select(f => IndexOf(inner.GroupBy, f))]));
    }

    // What is excepted is asked of the event that triggers, for the correlation itself and for those over it.
    List<SiteExceptionRule> ExceptionsOver(CorrelationRule rule) => [.. rule.Exceptions.Concat(Over(rule.Identity.Id).SelectMany(o => ExceptionsOver(o.Rule))).Distinct()];

    static int IndexOf(IReadOnlyList<string> fields, string field) => fields.TakeWhile(f => f != field).Count();

    static int SlotOf(string field) => AuditFieldSchema.Instance.TryBind(field, out var slot, out var problem) ? slot : throw new InvalidOperationException(problem);
}
