using AuditWatch.Detection.Alerts;

namespace AuditWatch.Storage.State;

/// <summary>An alert as detection last wrote it, and its triage, which is people's.</summary>
/// <param name="Alert">The alert.</param>
/// <param name="Status">Its triage.</param>
/// <param name="Version">Grows by one with every change of either; for <c>ETag</c>.</param>
/// <param name="FirstChangeMicros">When it was first stored, microseconds since 1970.</param>
/// <param name="LastChangeMicros">When it last changed, microseconds since 1970.</param>
public sealed record StoredAlert(Alert Alert, AlertStatus Status, long Version, long FirstChangeMicros, long LastChangeMicros);
