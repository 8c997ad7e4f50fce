namespace AuditWatch.Storage.State;

/// <summary>One page of alerts.</summary>
/// <param name="Alerts">Newest first.</param>
/// <param name="Next">Cursor of the next page; null on the last.</param>
public sealed record AlertPage(IReadOnlyList<StoredAlert> Alerts, string? Next);
