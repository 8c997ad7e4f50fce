using AuditWatch.Detection.EventLayer;

namespace AuditWatch.Detection.Reasoning;

/// <summary>Something that waits in the reorder buffer: a hit, an act that may be a subject's first, or a use of an issued credential.</summary>
sealed record Pending(SortKey Key, RecentAct Act, EventHit? Hit = null, ArmedSubject? Armed = null, CredentialRecord? Used = null);
