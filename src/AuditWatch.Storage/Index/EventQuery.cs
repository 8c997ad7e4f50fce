namespace AuditWatch.Storage.Index;

/// <summary>A search; null means any. Times are microseconds since 1970.</summary>
public sealed record EventQuery;

/// <summary>One page of results.</summary>
public sealed record EventPage;

/// <summary>One event's columns and its place in the journal.</summary>
public sealed record IndexRow;
