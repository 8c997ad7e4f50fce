namespace AuditWatch.Storage.State;

/// <summary>One act of an alert's history.</summary>
/// <param name="AlertId">The alert.</param>
/// <param name="Version">The alert's version that it made.</param>
/// <param name="AtMicros">When, microseconds since 1970.</param>
/// <param name="Who">Who.</param>
/// <param name="Via">How we know.</param>
/// <param name="Act">acknowledged, closed, reopened, assigned, unassigned, tagged, noted, undone.</param>
/// <param name="Note">The remark that came with it.</param>
/// <param name="Before">Triage before.</param>
/// <param name="After">Triage after.</param>
/// <param name="Job">The bulk change it was part of; null: none.</param>
public sealed record TriageEvent(
    string AlertId, long Version, long AtMicros, string Who, string Via, string Act, string? Note, TriageState Before, TriageState After, long? Job);
