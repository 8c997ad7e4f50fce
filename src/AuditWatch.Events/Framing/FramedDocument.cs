namespace AuditWatch.Events.Framing;

/// <summary>One JSON document (or one line that is none) cut out of a stream. <paramref name="Line"/> counts lines of the unpacked text from 1: where it begins.</summary>
public readonly record struct FramedDocument(ReadOnlyMemory<byte> Utf8, long Line);
