namespace AuditWatch.Detection.Reasoning;

/// <summary>A finding that no exception covers. Follows from the facts, and goes with them.</summary>
public sealed class VisibleFinding(Finding finding)
{
    /// <summary>The finding.</summary>
    public Finding Finding { get; } = finding;
}
