using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal;

/// <summary>One record by itself, its bytes copied.</summary>
public sealed record JournalRecord(EventPosition Position, RecordKind Kind, string Cluster, string Source, long ReceivedMicros, EventId? Id, ReadOnlyMemory<byte> Utf8);
