namespace AuditWatch.Sigma.Extensions;

/// <summary>A correlation that holds where its group was seen and then not for the timespan.</summary>
/// <param name="Seen">How many requests must have been seen, none of them later than a timespan after the one before.</param>
public sealed record Absence(int Seen);
