using AuditWatch.Detection.Alerts;

namespace AuditWatch.Detection.Incidents;

/// <summary>An alert's place in a case, as a fact of the cases session: a class, so that equal ones stay apart.</summary>
public sealed class CaseStep
{
    /// <summary>The case it belongs to.</summary>
    public required string CaseId { get; set; }

    /// <summary>The alert.</summary>
    public required string AlertId { get; init; }

    /// <summary>Order among all steps.</summary>
    public required long Sequence { get; init; }

    /// <summary>Event time.</summary>
    public required long TimeMicros { get; init; }

    /// <summary>The rule's name.</summary>
    public required string Rule { get; init; }

    /// <summary>The alert's level.</summary>
    public required string Level { get; init; }

    /// <summary>Who acted.</summary>
    public required string Actor { get; init; }

    /// <summary>Who did what.</summary>
    public required string Line { get; init; }

    /// <summary>The deciding request.</summary>
    public required RequestKey Request { get; init; }

    /// <summary>Why it belongs to the case.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    /// <summary>Ids of the site exceptions that hold on its deciding event.</summary>
    public required IReadOnlyList<string> Exceptions { get; init; }
}
