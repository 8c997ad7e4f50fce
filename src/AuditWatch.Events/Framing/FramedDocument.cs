namespace AuditWatch.Events.Framing;

/// <summary>One JSON document (or one line that is none) cut out of a stream.</summary>
/// <param name="Utf8">Its bytes, without white space around them.</param>
/// <param name="Line">Line (from 1) of the unpacked text where it begins.</param>
/// <param name="IsOversize">It is larger than can be taken: these are its first bytes, the others were skipped.</param>
public readonly record struct FramedDocument(ReadOnlyMemory<byte> Utf8, long Line, bool IsOversize = false);
