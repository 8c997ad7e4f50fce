namespace AuditWatch.Detection.Scanning;

/// <summary>Something that is no audit event, or cannot be read.</summary>
/// <param name="File">The input.</param>
/// <param name="Line">Line of the unpacked text; 0 when the input as a whole is meant.</param>
/// <param name="Reason">A stable word, for instance <c>malformed-json</c>.</param>
/// <param name="Detail">A sentence for people, without any content of the input.</param>
public sealed record UnreadableInput(string File, long Line, string Reason, string Detail);
