using System.Collections.Concurrent;
using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Counting;
using NRules;
using NRules.AgendaFilters;
using NRules.RuleModel;

namespace AuditWatch.Detection.Reasoning;

/// <summary>
/// The reasoning session: sightings go in, rules fire, sightings come out again. Nothing is kept between batches, so nothing has to be restored and no batch
/// cut shows. Belongs to one thread.
/// </summary>
sealed class Judge
{
    const int FiringsPerFact = 64;

    readonly ISession _session;
    readonly ConcurrentDictionary<string, long> _failures = new(StringComparer.Ordinal);
    readonly Dictionary<IRuleDefinition, int> _fired = [];
    readonly ConcurrentDictionary<string, bool> _quarantined = new(StringComparer.Ordinal);

    public Judge(ISessionFactory factory)
    {
        _session = factory.CreateSession();
        // A condition that throws counts as not met, for its rule alone; unhandled it would leave the session half fed.
        _session.Events.LhsExpressionFailedEvent += (_, e) =>
        {
            foreach (var rule in e.Rules) Failed(rule.Name);
            e.IsHandled = true;
        };
        _session.Events.RhsExpressionFailedEvent += (_, e) =>
        {
            Failed(e.Match.Rule.Name);
            e.IsHandled = true;
        };
        _session.Events.RuleFiredEvent += (_, e) => _fired[e.Rule] = _fired.GetValueOrDefault(e.Rule) + 1;
    }

    /// <summary>How often a rule threw.</summary>
    public IReadOnlyDictionary<string, long> Failures => _failures;

    /// <summary>Rules that were stopped because they would not end.</summary>
    public IReadOnlyCollection<string> Quarantined => [.. _quarantined.Keys.Order(StringComparer.Ordinal)];

    public void Run(IReadOnlyCollection<object> facts)
    {
        if (facts.Count == 0) return;
        _session.InsertAll(facts);
        var most = FiringsPerFact * Math.Max(16, facts.Count);
        while (_session.Fire(most) == most && !_session.Agenda.IsEmpty && Quarantine())
        {
            // The others go on.
        }

        _session.RetractAll(facts);
        _fired.Clear();
    }

    // A rule that feeds itself fires for ever; the one that fired most is shut out, named and counted. Never the rules that only follow the event layer; and each
    // rule once, as activations that are queued already still fire.
    bool Quarantine()
    {
        var worst = _fired.Where(f => f.Key.Name is not (DirectRules.Name or CountedRules.Name)).OrderByDescending(f => f.Value).ThenBy(f => f.Key.Name, StringComparer.Ordinal).Select(f => f.Key).FirstOrDefault();
        _fired.Clear();
        if (worst is null) return false;
        if (!_quarantined.TryAdd(worst.Name, true)) return true;
        Failed(worst.Name);
        _session.Agenda.AddFilter(worst, new Closed());
        return true;
    }

    void Failed(string rule) => _failures[rule] = _failures.GetValueOrDefault(rule) + 1;

    sealed class Closed : IAgendaFilter
    {
        public bool Accept(AgendaContext context, Activation activation) => false;
    }
}
