using AuditWatch.Detection.EventLayer;
using AuditWatch.Events.Model;

namespace AuditWatch.Detection.Rules;

/// <summary>The rules as they run on clusters of one profile: filters applied, indexed. Immutable but for the candidate table's lazily filled cells; shared by all threads.</summary>
sealed class RuleSet
{
    readonly IReadOnlyList<EventRule> _rules;

    public RuleSet(string profile, IReadOnlyList<EventRule> rules, SymbolTable symbols)
    {
        Profile = profile;
        _rules = rules;
        Symbols = symbols;
        Candidates = new CandidateTable(rules, symbols);
    }

    public string Profile { get; }

    public IReadOnlyList<EventRule> Rules => _rules;

    public SymbolTable Symbols { get; }

    public CandidateTable Candidates { get; }
}
