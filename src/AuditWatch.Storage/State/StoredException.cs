namespace AuditWatch.Storage.State;

/// <summary>An exception that somebody made.</summary>
/// <param name="Id">Its id, which is the document's.</param>
/// <param name="Document">The Sigma filter.</param>
/// <param name="CreatedMicros">When, microseconds since 1970.</param>
/// <param name="CreatedBy">Who.</param>
/// <param name="EndedMicros">When somebody ended it; null: nobody has.</param>
/// <param name="EndedBy">Who did.</param>
public sealed record StoredException(string Id, string Document, long CreatedMicros, string CreatedBy, long? EndedMicros, string? EndedBy);
