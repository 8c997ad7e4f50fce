namespace AuditWatch.Sigma.Parsing;

/// <summary>A correlation of other rules' matches.</summary>
public sealed record SigmaCorrelation : SigmaDocument
{
    /// <summary>What is counted or joined.</summary>
    public required CorrelationType Type { get; init; }

    /// <summary>Ids or names of the rules (or correlations).</summary>
    public required IReadOnlyList<string> Rules { get; init; }

    /// <summary>Fields (or aliases) that must be equal.</summary>
    public IReadOnlyList<string> GroupBy { get; init; } = [];

    /// <summary>Length of the window.</summary>
    public required TimeSpan Timespan { get; init; }

    /// <summary>What is counted or summed: one or more fields, as a tuple.</summary>
    public IReadOnlyList<string> Fields { get; init; } = [];

    /// <summary>For the percentile type: which one, from 0 to 100.</summary>
    public double? Percentile { get; init; }

    /// <summary>Bounds of the number; all must hold.</summary>
    public IReadOnlyList<CorrelationBound> Bounds { get; init; } = [];

    /// <summary>For temporal types: the extended condition over rule names; null when every rule must match.</summary>
    public SigmaCondition? Condition { get; init; }

    /// <summary>Alias → rule → field.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Aliases { get; init; } = new Dictionary<string, IReadOnlyDictionary<string, string>>();

    /// <summary>Whether the rules also alert by themselves.</summary>
    public bool Generate { get; init; }

    /// <summary>Whether it asks which rules matched, instead of counting.</summary>
    public bool IsTemporal => Type is CorrelationType.Temporal or CorrelationType.TemporalOrdered;

    /// <summary>The field of a rule that a <see cref="GroupBy"/> entry means.</summary>
    public string GroupField(string entry, string rule)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return Aliases.TryGetValue(entry, out var perRule) && perRule.TryGetValue(rule, out var field) ? field : entry;
    }
}

/// <summary>One bound of a correlation's number.</summary>
/// <param name="Operator">gt, gte, lt, lte, eq or neq.</param>
/// <param name="Value">The number.</param>
public sealed record CorrelationBound(string Operator, double Value)
{
    /// <summary>Whether a number keeps within it.</summary>
    public bool Holds(double number) => Operator switch
    {
        "gt" => number > Value,
        "gte" => number >= Value,
        "lt" => number < Value,
        "lte" => number <= Value,
        "eq" => number == Value,
        _ => number != Value,
    };
}

/// <summary>Types of correlation.</summary>
public enum CorrelationType
{
    /// <summary>Number of matches.</summary>
    EventCount,
    /// <summary>Number of distinct values.</summary>
    ValueCount,
    /// <summary>All rules within the window.</summary>
    Temporal,
    /// <summary>All rules within the window, in their order.</summary>
    TemporalOrdered,
    /// <summary>Sum of a field.</summary>
    ValueSum,
    /// <summary>Average of a field.</summary>
    ValueAvg,
    /// <summary>Percentile of a field.</summary>
    ValuePercentile,
    /// <summary>Median of a field.</summary>
    ValueMedian,
}
