using AuditWatch.Detection.EventLayer;
using AuditWatch.Events.Model;

namespace AuditWatch.Detection.Alerts;

/// <summary>An open alert as it is saved.</summary>
sealed record OpenAlertRecord(
    byte[] Alert, RequestKey Anchor, EventFacts Decisive, long Count, long LastMicros, AuditStage OutcomeStage, long OutcomeMicros,
    Outcome Outcome, IReadOnlyList<EvidenceMark> Evidence, IReadOnlyList<SeenRequest> Requests, string? GroupKey = null, IReadOnlyList<RequestKey>? Anchors = null,
    string? SuppressionKey = null, long HeldUntilMicros = 0, long Number = 0);

/// <summary>One piece of evidence: where it stands in the order, what makes it itself, and where it lies.</summary>
sealed record EvidenceMark(SortKey Key, string Identity, EvidencePosition Position);

/// <summary>A request that joined an alert, and when it was first seen in it.</summary>
sealed record SeenRequest(RequestKey Key, long FirstMicros);
