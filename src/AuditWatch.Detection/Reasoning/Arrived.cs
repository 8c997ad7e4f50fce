using AuditWatch.Detection.EventLayer;

namespace AuditWatch.Detection.Reasoning;

/// <summary>
/// A sighting of a rule that raises alerts by itself, judged as it arrives, whatever else is still missing. A type of its own, so that no chain can match it by
/// mistake before it stands in order.
/// </summary>
public sealed class Arrived(Sighting sighting, List<Finding> findings)
{
    /// <summary>The sighting.</summary>
    public Sighting Sighting { get; } = sighting;

    /// <summary>The alert on the object's owner, which this is part of.</summary>
    internal OwnerAlert? Joins { get; init; }

    /// <summary>Whether it stands in order.</summary>
    internal bool IsOrdered { get; init; }

    internal void Find() => findings.Add(new Finding(Sighting.By, Sighting.By.Level, Sighting, story: null) { Joins = Joins, IsOrdered = IsOrdered });
}
