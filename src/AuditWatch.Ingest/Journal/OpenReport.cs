namespace AuditWatch.Ingest.Journal;

/// <summary>What opening a journal found and did.</summary>
/// <param name="CutBytes">Bytes of a torn tail that were cut off: a write that was under way when the process or machine stopped, never acknowledged.</param>
/// <param name="CutFrames">Frames that had begun in those bytes.</param>
/// <param name="Damage">Places that are not as they were written, left as they are; writing goes on in a new segment.</param>
/// <param name="RememberedIds">Event ids known for telling repeats.</param>
/// <param name="BytesRead">Bytes of segments that were read for it: the last one, and what the remembered ids cost.</param>
public sealed record OpenReport(long CutBytes, int CutFrames, IReadOnlyList<JournalDamage> Damage, int RememberedIds, long BytesRead);
