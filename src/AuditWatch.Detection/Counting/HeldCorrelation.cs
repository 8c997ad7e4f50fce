using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;

namespace AuditWatch.Detection.Counting;

/// <summary>A counted correlation held, as a fact for the judge.</summary>
public sealed class HeldCorrelation(Sighting sighting, List<Finding> findings)
{
    /// <summary>The sighting of the correlation.</summary>
    public Sighting Sighting { get; } = sighting;

    internal void Find() => findings.Add(new Finding(Sighting.By, Sighting.By.Level, Sighting, story: null) { Group = Sighting.Group, IsOrdered = true });
}
