namespace AuditWatch.Events.Framing;

/// <summary>Bounds for text from somebody who is not trusted with the memory of this process.</summary>
/// <param name="MaxDocument">A larger document is reported as oversize and skipped.</param>
/// <param name="MaxText">So many bytes are unpacked at most, in every layer of packing; more is an <see cref="UnpackedTextTooLongException"/>.</param>
public readonly record struct FramingLimits(int MaxDocument, long MaxText);
