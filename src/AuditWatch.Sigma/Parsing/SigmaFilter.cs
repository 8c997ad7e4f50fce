namespace AuditWatch.Sigma.Parsing;

/// <summary>A filter: its condition is joined by <c>and</c> to the rules it names.</summary>
public sealed record SigmaFilter : SigmaDocument
{
    /// <summary>Ids or names of the rules; empty for every rule of the log source.</summary>
    public required IReadOnlyList<string> Rules { get; init; }

    /// <summary>Selections and conditions; to exclude, the condition says <c>not selection</c>.</summary>
    public required SigmaDetection Detection { get; init; }

    /// <summary>Whether the filter is meant for a rule.</summary>
    public bool AppliesTo(SigmaRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return (Rules.Count == 0 || Rules.Any(rule.IsCalled))
            && Covers(LogSource.Product, rule.LogSource.Product) && Covers(LogSource.Category, rule.LogSource.Category) && Covers(LogSource.Service, rule.LogSource.Service);
    }

    // A key that the filter leaves out is no restriction.
    static bool Covers(string? mine, string? theirs) => mine is null || mine.Equals(theirs, StringComparison.OrdinalIgnoreCase);
}
