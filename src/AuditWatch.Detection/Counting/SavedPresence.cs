using AuditWatch.Detection.Alerts;
using AuditWatch.Detection.EventLayer;

namespace AuditWatch.Detection.Counting;

/// <summary>A group that is expected to go on, as it is saved.</summary>
sealed record SavedPresence(
    string Rule, IReadOnlyList<string> Group, EventFacts Last, IReadOnlyList<AlertMatch> Matched, IReadOnlyList<string> Exceptions, IReadOnlyList<EvidenceMark> Marks, IReadOnlyList<RequestKey> Requests);
