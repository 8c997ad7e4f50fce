namespace AuditWatch.Detection.Counting;

/// <summary>What is usual for a group, as it is saved: the timespans in which it matched, and how often.</summary>
sealed record SavedUsual(string Rule, IReadOnlyList<string> Group, long SpanMicros, long First, IReadOnlyList<long> Spans, IReadOnlyList<int> Counts);
