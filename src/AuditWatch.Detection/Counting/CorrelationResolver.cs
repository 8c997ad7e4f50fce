using AuditWatch.Detection.EventLayer;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Counting;

/// <summary>Finds the rules that correlations speak of, and says what is wrong with those that cannot be evaluated.</summary>
sealed class CorrelationResolver(
    IReadOnlyList<SigmaCorrelation> written, IReadOnlyList<SigmaDocument> rules, IReadOnlyList<SigmaDocument> passedOver, ICollection<Problem> problems)
{
    readonly HashSet<string> _correlations = [.. written.Select(c => c.Id)];

    public IReadOnlyList<(SigmaCorrelation Source, IReadOnlyList<SigmaDocument> Members)> Resolve()
    {
        var found = new List<(SigmaCorrelation, IReadOnlyList<SigmaDocument>)>();
        foreach (var correlation in written)
            if (CanEvaluate(correlation) && Members(correlation) is { } members && Check(correlation, members)) found.Add((correlation, members));
        return found;
    }

    // Null: it cannot be evaluated. Correlations over rules for other log sources are passed over as those rules are.
    List<SigmaDocument>? Members(SigmaCorrelation correlation)
    {
        var members = new List<SigmaDocument>();
        foreach (var word in correlation.Rules)
        {
            if (Find(rules, word) is { } rule) members.Add(rule);
            else if (Find(written, word) is { } other) members.Add(other);
            else if (Find(passedOver, word) is not null) return null;
            else
            {
                Refuse(correlation, "AW1510", $"There is no rule '{word}'.", "Name a rule that is loaded, by its name or id.");
                return null;
            }
        }

        return members;

        // A neighbour in the same file comes first.
        SigmaDocument? Find(IEnumerable<SigmaDocument> documents, string word) =>
            documents.Where(d => d.IsCalled(word)).OrderByDescending(d => d.File == correlation.File).FirstOrDefault();
    }

    bool CanEvaluate(SigmaCorrelation correlation)
    {
        if (correlation.Type == CorrelationType.ValuePercentile && correlation.Percentile is null)
            return Refuse(correlation, "AW1512", "The percentile is not said.", "Add 'percentile: 95' to the condition.");
        if (correlation.Type is CorrelationType.Temporal or CorrelationType.TemporalOrdered)
            return Report(correlation, "AW1507", ProblemSeverity.Warning, "Correlations of type temporal and temporal_ordered are read and checked, but not evaluated in this version.", "Write what follows in time as a chain in C#.");
        return true;
    }

    bool Check(SigmaCorrelation correlation, List<SigmaDocument> members)
    {
        foreach (var member in members)
        {
            if (_correlations.Contains(member.Id))
            {
                var why = member is SigmaCorrelation { Type: CorrelationType.Temporal or CorrelationType.TemporalOrdered }
                    ? "What follows in time is judged after everything is counted, so that nothing can be counted over it"
                    : "Windows count events, and a count is none";
                return Refuse(correlation, "AW1511", $"'{member.Name}' is a correlation. {why}.", "Name the rules that it is made of.");
            }

            foreach (var field in correlation.GroupBy.Select(g => GroupField(correlation, members, g, member)).Concat(correlation.Fields))
                if (!AuditFieldSchema.Instance.TryBind(field, out _, out var problem))
                    return Refuse(correlation, "AW1203", problem ?? $"No event has a field '{field}'.", "Correct the field name; nothing could ever be counted.");
        }

        return true;
    }

    static string GroupField(SigmaCorrelation correlation, List<SigmaDocument> members, string entry, SigmaDocument member) =>
        correlation.GroupField(entry, correlation.Rules[members.IndexOf(member)]);

    bool Refuse(SigmaCorrelation correlation, string code, string message, string fix) => Report(correlation, code, ProblemSeverity.Error, message, fix);

    bool Report(SigmaCorrelation correlation, string code, ProblemSeverity severity, string message, string fix)
    {
        problems.Add(new Problem(code, severity, correlation.File, correlation.Line, 1, correlation.Name, message, fix));
        return false;
    }
}
