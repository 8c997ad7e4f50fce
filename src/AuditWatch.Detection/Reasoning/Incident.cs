namespace AuditWatch.Detection.Reasoning;

/// <summary>Several rules found something about one actor: follows from the visible findings, and goes with them.</summary>
public sealed class Incident(string actor, IReadOnlyList<Finding> findings)
{
    /// <summary>Whom it is about.</summary>
    public string Actor { get; } = actor;

    /// <summary>Its findings.</summary>
    public IReadOnlyList<Finding> Findings { get; } = findings;
}
