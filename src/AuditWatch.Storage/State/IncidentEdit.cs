namespace AuditWatch.Storage.State;

/// <summary>What somebody joined or parted by hand. It stands beside what detection says, so a replay cannot lose it.</summary>
/// <param name="Id">The edit.</param>
/// <param name="AtMicros">When, microseconds since 1970.</param>
/// <param name="Who">Who.</param>
/// <param name="Via">How we know.</param>
/// <param name="Act">merge: <paramref name="SourceId"/> is part of <paramref name="IncidentId"/>. split: <paramref name="Alerts"/> left it for <paramref name="IncidentId"/>.</param>
/// <param name="IncidentId">The incident that came out of it.</param>
/// <param name="SourceId">The incident that gave.</param>
/// <param name="Alerts">The alerts that moved; empty for a merge.</param>
/// <param name="Note">Why.</param>
public sealed record IncidentEdit(
    long Id, long AtMicros, string Who, string Via, string Act, string IncidentId, string SourceId, IReadOnlyList<string> Alerts, string? Note);
