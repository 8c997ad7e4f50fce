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

    internal void Find() => findings.Add(new Finding(Sighting.By, Sighting.By.Level, Sighting, story: null));
}
