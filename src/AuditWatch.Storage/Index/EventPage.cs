namespace AuditWatch.Storage.Index;

/// <summary>One page of events.</summary>
/// <param name="Rows">In the query's order.</param>
/// <param name="Next">Cursor of the next page; null on the last.</param>
public sealed record EventPage(IReadOnlyList<EventRow> Rows, string? Next);
