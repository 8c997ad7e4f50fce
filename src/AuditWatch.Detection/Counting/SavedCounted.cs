using AuditWatch.Detection.Alerts;

namespace AuditWatch.Detection.Counting;

/// <summary>A counted request as it is saved.</summary>
sealed record SavedCounted(long Sequence, string Rule, IReadOnlyList<string> Group, RequestKey Request, long AtMicros, string? Value, EvidenceMark[] Marks, IReadOnlyList<string?>? Measured = null, ulong Members = 0);
