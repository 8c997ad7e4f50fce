using AuditWatch.Detection.Alerts;

namespace AuditWatch.Storage.State;

/// <summary>An alert as detection last wrote it, and its triage, which is people's.</summary>
/// <param name="Alert">The alert.</param>
/// <param name="Status">Where its triage stands.</param>
/// <param name="Version">Grows by one with every change of either; for <c>ETag</c>.</param>
/// <param name="FirstChangeMicros">When it was first stored, microseconds since 1970.</param>
/// <param name="LastChangeMicros">When it last changed, microseconds since 1970.</param>
public sealed record StoredAlert(Alert Alert, AlertStatus Status, long Version, long FirstChangeMicros, long LastChangeMicros)
{
    /// <summary>What people have made of it.</summary>
    public AlertTriage Triage { get; init; } = AlertTriage.None;

    /// <summary>The version that evidence last made.</summary>
    public long EvidenceVersion { get; init; } = 1;
}
