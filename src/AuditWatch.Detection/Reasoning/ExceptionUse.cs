namespace AuditWatch.Detection.Reasoning;

/// <summary>What an exception hid.</summary>
/// <param name="Id">The exception's document.</param>
/// <param name="Findings">How many findings that would have been alerts, or parts of them.</param>
/// <param name="LastMicros">Event time of the newest.</param>
public sealed record ExceptionUse(string Id, long Findings, long LastMicros);
