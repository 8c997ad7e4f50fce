namespace AuditWatch.Investigation;

/// <summary>A story, or a page of one.</summary>
/// <param name="Entries">Oldest first.</param>
/// <param name="FromMicros">Where the window begins, microseconds since 1970.</param>
/// <param name="ToMicros">Where it ends.</param>
/// <param name="IsCutOff">Whether the window held more events than are told; a narrower one tells all.</param>
/// <param name="Next">Cursor of the next page; null on the last.</param>
public sealed record TimelineAnswer(IReadOnlyList<TimelineEntry> Entries, long FromMicros, long ToMicros, bool IsCutOff, string? Next);
