using AuditWatch.Detection.EventLayer;

namespace AuditWatch.Detection.Counting;

/// <summary>What a correlation needs of an event on which one of its members held, read while the event was at hand.</summary>
/// <param name="Rule">The correlation.</param>
/// <param name="Group">The values to group by; null when the event lacks one, so that it cannot be counted.</param>
/// <param name="Value">The value (or tuple of values) to count, for a temporal correlation the member that held; null when the correlation counts matches, or the event lacks it.</param>
/// <param name="Exceptions">Ids of the site's exceptions to the correlation, and to those over it, that hold on the event.</param>
sealed record Capture(CorrelationRule Rule, IReadOnlyList<string>? Group, string? Value, IReadOnlyList<string> Exceptions)
{
    /// <summary>The values that the correlation's further metrics count; null where the event has none, or the metric counts requests.</summary>
    public IReadOnlyList<string?>? Measured { get; init; }

    /// <summary>Which of the correlation's rules held, a bit each; only where its metrics ask.</summary>
    public ulong Members { get; init; }

    /// <summary>The same with all rules of the correlation that held on the event for the group: they are one match.</summary>
    public Capture Among(IReadOnlyList<Sighting> sightings)
    {
        if (Measured is null || Group is null) return this;
        var members = Members;
        foreach (var sighting in sightings)
            foreach (var other in sighting.Captures)
                if (other.Rule == Rule && other.Group is not null && other.GroupKey == GroupKey) members |= other.Members;
        return this with { Members = members };
    }

    /// <summary>Of the exceptions those to the correlation itself.</summary>
    public IReadOnlyList<string> OwnExceptions => Exceptions.Count == 0 ? [] : [.. Exceptions.Where(id => Rule.Exceptions.Any(x => x.Id == id))];

    /// <summary>The group among all groups of all correlations.</summary>
    public string GroupKey => GroupKeys.Of(Rule.Identity.Id, Group!);
}
