using AuditWatch.Events;

namespace AuditWatch.Ingest.Journal;

/// <summary>How far the journal is on the disk: readers of the writing process never see beyond it.</summary>
internal sealed record DurableEnd(int Segment, long Offset, EventPosition Position);
