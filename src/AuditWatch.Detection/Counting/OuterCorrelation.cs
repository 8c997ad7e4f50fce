namespace AuditWatch.Detection.Counting;

/// <summary>A correlation that speaks of another one.</summary>
/// <param name="Rule">It.</param>
/// <param name="Word">By which word it does.</param>
/// <param name="Group">Which places of the inner group make the outer one.</param>
/// <param name="Values">Which places of the inner group are what is counted.</param>
sealed record OuterCorrelation(CorrelationRule Rule, string Word, IReadOnlyList<int> Group, IReadOnlyList<int> Values)
{
    /// <summary>What the inner correlation brings when it holds for a group.</summary>
    public Capture Take(IReadOnlyList<string> inner, IReadOnlyList<string> exceptions) => new(
        Rule, [.. Group.Select(i => inner[i])],
        Rule.IsTemporal ? Word : Values.Count > 0 ? Sigma.Correlation.DistinctWindow.Tuple([.. Values.Select(i => inner[i])]) : null, exceptions);
}
