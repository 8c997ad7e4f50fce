using AuditWatch.Detection.EventLayer;
using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Counting;

/// <summary>Finds the rules that correlations speak of, and says what is wrong with those that cannot be evaluated.</summary>
sealed class CorrelationResolver(
    IReadOnlyList<SigmaCorrelation> written, IReadOnlyList<SigmaDocument> rules, IReadOnlyList<SigmaDocument> passedOver, ICollection<Problem> problems)
{
    readonly List<(SigmaCorrelation Source, IReadOnlyList<SigmaDocument> Members)> _found = [];
    readonly Dictionary<string, bool?> _done = new(StringComparer.Ordinal);

    /// <summary>Those that can be evaluated; a correlation comes after those that it speaks of.</summary>
    public IReadOnlyList<(SigmaCorrelation Source, IReadOnlyList<SigmaDocument> Members)> Resolve()
    {
        foreach (var correlation in written) IsFound(correlation);
        return _found;
    }

    // Null while it is being asked: a correlation over itself, perhaps by way of others.
    bool IsFound(SigmaCorrelation correlation)
    {
        if (_done.TryGetValue(correlation.Id, out var known)) return known ?? Refuse(correlation, "AW1511", "It is made of itself, by way of the correlations that it names.", "Break the circle.");
        _done[correlation.Id] = null;
        var isGood = CanEvaluate(correlation) && Members(correlation) is { } members && Check(correlation, members);
        if (isGood) _found.Add((correlation, Members(correlation)!));
        _done[correlation.Id] = isGood;
        return isGood;
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
        if (correlation is { Type: CorrelationType.TemporalOrdered, Condition: not null })
            return Refuse(correlation, "AW1507", "What comes in the order of 'rules' has no condition in words: it would not say which of them must come first.", "Leave the condition out, or use 'type: temporal'.");
        return true;
    }

    bool Check(SigmaCorrelation correlation, List<SigmaDocument> members)
    {
        foreach (var member in members)
        {
            if (member is SigmaCorrelation inner)
            {
                if (!CheckOver(correlation, inner, members)) return false;
                continue;
            }

            foreach (var field in correlation.GroupBy.Select(g => GroupField(correlation, members, g, member)).Concat(correlation.Fields).Concat(correlation.Extensions.Metrics.Select(m => m.Field).OfType<string>()))
                if (!AuditFieldSchema.Instance.TryBind(field, out _, out var problem))
                    return Refuse(correlation, "AW1203", problem ?? $"No event has a field '{field}'.", "Correct the field name; nothing could ever be counted.");
        }

        return true;
    }

    // Of a correlation only its group is known: a single event it is not.
    bool CheckOver(SigmaCorrelation correlation, SigmaCorrelation inner, List<SigmaDocument> members)
    {
        if (inner.IsTemporal && !correlation.IsTemporal)
            return Refuse(correlation, "AW1511", $"'{inner.Name}' is a temporal correlation. What follows in time is judged after everything is counted, so that nothing can be counted over it.", "Name the rules that it is made of.");
        if (inner.Extensions.Usual is not null || correlation.Extensions.Usual is not null)
            return Refuse(correlation, "AW1511", $"'{inner.Name}' is a correlation. What is usual is learned of events, and nothing is counted or joined over it.", "Name rules.");
        if (inner.Extensions.Absence is not null || correlation.Extensions.Absence is not null)
            return Refuse(correlation, "AW1511", $"'{inner.Name}' is a correlation. An absence is judged when event time has passed, of events, and nothing is counted or joined over it.", "Name rules.");
        if (correlation.Extensions.Metrics.Count > 0)
            return Refuse(correlation, "AW1511", $"'{inner.Name}' is a correlation, and several metrics are asked of events: of a correlation only its group is known.", "Name the rules that it is made of.");
        foreach (var field in correlation.GroupBy.Select(g => GroupField(correlation, members, g, inner)).Concat(correlation.Fields))
            if (!inner.GroupBy.Contains(field))
                return Refuse(correlation, "AW1203", $"'{inner.Name}' is a correlation, and not grouped by '{field}'.", inner.GroupBy.Count == 0 ? "Group that one first." : $"Group by one of: {string.Join(", ", inner.GroupBy)}; or say by 'aliases' which of them is meant.");
        // What is made of itself has been told so already.
        return IsFound(inner) || (inner.Id != correlation.Id && Refuse(correlation, "AW1511", $"'{inner.Name}', of which it is made, was refused.", "Repair that one."));
    }

    static string GroupField(SigmaCorrelation correlation, List<SigmaDocument> members, string entry, SigmaDocument member) =>
        correlation.GroupField(entry, correlation.Rules[members.IndexOf(member)]);

    bool Refuse(SigmaCorrelation correlation, string code, string message, string fix)
    {
        problems.Add(new Problem(code, ProblemSeverity.Error, correlation.File, correlation.Line, 1, correlation.Name, message, fix));
        return false;
    }
}
