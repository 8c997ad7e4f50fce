using AuditWatch.Detection.Reasoning;
using AuditWatch.Events;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Rules;

/// <summary>The exceptions that came while detection ran, each for its part of the journal. Belongs to the thread that detects.</summary>
sealed class ExceptionsInForce(RuleSnapshot rules)
{
    readonly Dictionary<string, Held> _held = new(StringComparer.Ordinal);
    readonly Dictionary<string, IReadOnlyList<Held>> _byRule = new(StringComparer.Ordinal);

    /// <summary>As facts for the reasoning layer.</summary>
    public IEnumerable<SiteException> Facts => _held.Values.Select(h => FactOf(h.Rule));

    /// <summary>Takes a term up, or what has become of one. Null: it is known, or cannot be read.</summary>
    public SiteException? Take(ExceptionTerm term, ICollection<Problem> problems)
    {
        if (_held.TryGetValue(term.Id, out var known))
        {
            known.Until = term.Until;
            return null;
        }

        if (rules.ReadException(term.Document, term.Id, problems) is not var (filter, rule)) return null;
        // By the name that it is kept under, whatever the document says: terms and counts are by that.
        _held.Add(term.Id, new Held(filter, rule = rule with { Id = term.Id }, term.After) { Until = term.Until });
        _byRule.Clear();
        return FactOf(rule);
    }

    /// <summary>Those that speak of a rule and hold at a place.</summary>
    public IEnumerable<SiteExceptionRule> At(EventRule rule, EventPosition place)
    {
        if (_held.Count == 0) return [];
        if (!_byRule.TryGetValue(rule.Identity.Id, out var theirs)) _byRule.Add(rule.Identity.Id, theirs = [.. _held.Values.Where(h => rule.Compiled.Source is SigmaRule source && h.Filter.AppliesTo(source))]);
        return theirs.Count == 0 ? [] : theirs.Where(h => place > h.After && !(place > h.Until)).Select(h => h.Rule);
    }

    static SiteException FactOf(SiteExceptionRule rule) => new(rule.Id, rule.Owner, rule.Reason, rule.ExpiresMicros);

    sealed class Held(SigmaFilter filter, SiteExceptionRule rule, EventPosition after)
    {
        public SigmaFilter Filter { get; } = filter;

        public SiteExceptionRule Rule { get; } = rule;

        public EventPosition After { get; } = after;

        public EventPosition? Until { get; set; }
    }
}
