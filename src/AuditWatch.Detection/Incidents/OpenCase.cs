namespace AuditWatch.Detection.Incidents;

/// <summary>A case whose visible steps make an incident: follows from them, and goes with them.</summary>
public sealed class OpenCase(string caseId, IReadOnlyList<CaseStep> steps)
{
    /// <summary>The case.</summary>
    public string CaseId { get; } = caseId;

    /// <summary>Its visible steps.</summary>
    public IReadOnlyList<CaseStep> Steps { get; } = steps;

    /// <summary>Whether steps make an incident: two rules on two requests, and one of them worth a look.</summary>
    public static bool IsIncident(IEnumerable<VisibleStep> steps)
    {
        var list = steps.Select(v => v.Step).ToList();
        return list.Any(s => Levels.Of(s.Level) >= Levels.Of("medium"))
            && list.Select(s => s.Rule).Distinct(StringComparer.Ordinal).Take(2).Count() == 2
            && list.Select(s => s.Request).Distinct().Take(2).Count() == 2;
    }
}
