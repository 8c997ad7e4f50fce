using AuditWatch.Detection.Alerts;
using AuditWatch.Events;

namespace AuditWatch.Detection.EventLayer;

/// <summary>What the event layer is told of an event beside the event: its cluster, its place, and when it was received (microseconds since 1970).</summary>
public readonly record struct EventOccurrence(string Cluster, EvidencePosition Position, long ReceivedMicros);
