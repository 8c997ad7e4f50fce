using AuditWatch.Detection.Incidents;

namespace AuditWatch.Detection.Reasoning;

/// <summary>A site's exception as a fact: it hides the findings it covers, never the sightings.</summary>
public sealed class SiteException(string id, string owner, string reason, long expiresMicros)
{
    /// <summary>The document's id.</summary>
    public string Id { get; } = id;

    /// <summary>Who answers for it.</summary>
    public string Owner { get; } = owner;

    /// <summary>Why.</summary>
    public string Reason { get; } = reason;

    /// <summary>Event time from which on it no longer holds.</summary>
    public long ExpiresMicros { get; } = expiresMicros;

    /// <summary>Whether it covers the finding: its detection held on the deciding event (worked out in the event layer), in time.</summary>
    public bool Covers(Finding finding) => finding.End.TimeMicros < ExpiresMicros && finding.Exceptions.Contains(Id);

    /// <summary>The same for an alert's place in a case.</summary>
    public bool Covers(CaseStep step) => step.TimeMicros < ExpiresMicros && step.Exceptions.Contains(Id);
}
