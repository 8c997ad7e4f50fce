using AuditWatch.Detection.Alerts;

namespace AuditWatch.Detection.Counting;

/// <summary>A value, a scope, or (key "") the whole of a first-seen correlation, as it is saved.</summary>
sealed record SavedFirstSeen(string Rule, string Key, long LastMicros, RequestKey? First, long? BeganMicros, long? Matches);
