namespace AuditWatch.Events.Framing;

/// <summary>Where one document is within its block.</summary>
/// <param name="Offset">Offset of its first byte.</param>
/// <param name="Length">Length in bytes, without white space around it.</param>
/// <param name="Line">Line (from 1) of the unpacked text where it begins.</param>
/// <param name="IsOversize">The document is larger than can be taken: these are its first bytes, the others were skipped.</param>
public readonly record struct DocumentRange(int Offset, int Length, long Line, bool IsOversize);
