namespace AuditWatch.Detection.Counting;

/// <summary>What a correlation needs of an event on which one of its members held, read while the event was at hand.</summary>
/// <param name="Rule">The correlation.</param>
/// <param name="Group">The values to group by; null when the event lacks one, so that it cannot be counted.</param>
/// <param name="Value">The value (or tuple of values) to count, for a temporal correlation the member that held; null when the correlation counts matches, or the event lacks it.</param>
/// <param name="Exceptions">Ids of the site's exceptions to the correlation, and to those over it, that hold on the event.</param>
sealed record Capture(CorrelationRule Rule, IReadOnlyList<string>? Group, string? Value, IReadOnlyList<string> Exceptions)
{
    /// <summary>Of the exceptions those to the correlation itself.</summary>
    public IReadOnlyList<string> OwnExceptions => Exceptions.Count == 0 ? [] : [.. Exceptions.Where(id => Rule.Exceptions.Any(x => x.Id == id))];

    /// <summary>The group among all groups of all correlations.</summary>
    public string GroupKey => GroupKeys.Of(Rule.Identity.Id, Group!);
}
