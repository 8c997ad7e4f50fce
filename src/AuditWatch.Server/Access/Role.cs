namespace AuditWatch.Server.Access;

/// <summary>What a caller may do; each may all that the one before may.</summary>
public enum Role
{
    /// <summary>Reads alerts, incidents and figures.</summary>
    Viewer,

    /// <summary>Reads raw events and timelines; triages.</summary>
    Analyst,

    /// <summary>Exceptions, quarantine, dead letters, routes, sources.</summary>
    Engineer,

    /// <summary>Clusters, tokens, SQL.</summary>
    Admin,
}
