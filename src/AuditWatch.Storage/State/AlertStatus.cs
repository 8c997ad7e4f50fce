namespace AuditWatch.Storage.State;

/// <summary>Where an alert's triage stands.</summary>
public enum AlertStatus
{
    /// <summary>Nobody has looked at it.</summary>
    New,
    /// <summary>Somebody is on it.</summary>
    Acknowledged,
    /// <summary>Dealt with.</summary>
    Closed,
    /// <summary>It was closed, and then more evidence joined or somebody thought again.</summary>
    Reopened,
}
