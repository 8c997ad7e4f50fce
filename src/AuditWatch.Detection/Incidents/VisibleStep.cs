namespace AuditWatch.Detection.Incidents;

/// <summary>A step that no exception covers. Follows from the facts, and goes with them.</summary>
public sealed class VisibleStep(CaseStep step)
{
    /// <summary>The step.</summary>
    public CaseStep Step { get; } = step;

    /// <summary>The case it belongs to.</summary>
    public string CaseId { get; } = step.CaseId;
}
