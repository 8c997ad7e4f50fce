using AuditWatch.Detection.EventLayer;
using AuditWatch.Events;

namespace AuditWatch.Detection.Reasoning;

/// <summary>Something that waits in the reorder buffer: a hit, or an act that may be a subject's first.</summary>
sealed record Pending(SortKey Key, EventHit? Hit, ArmedSubject? Armed, RecentAct Act, EventPosition Arrived);
