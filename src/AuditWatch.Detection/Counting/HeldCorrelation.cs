using AuditWatch.Detection.EventLayer;
using AuditWatch.Detection.Reasoning;

namespace AuditWatch.Detection.Counting;

/// <summary>A correlation held, as a fact for the judge.</summary>
public sealed class HeldCorrelation(Sighting sighting, List<Finding> findings, bool isTemporal)
{
    /// <summary>Whether what follows in time made it hold; such a correlation has a rule of its own.</summary>
    public bool IsTemporal { get; } = isTemporal;

    /// <summary>The sighting of the correlation.</summary>
    public Sighting Sighting { get; } = sighting;

    internal void Find() => findings.Add(new Finding(Sighting.By, Sighting.By.Level, Sighting, story: null) { Group = Sighting.Group, IsOrdered = true });
}
