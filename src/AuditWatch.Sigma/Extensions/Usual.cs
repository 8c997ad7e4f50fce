namespace AuditWatch.Sigma.Extensions;

/// <summary>A count that holds only where it is many times what is usual for its own group.</summary>
/// <param name="Times">How many times.</param>
/// <param name="History">How far back lies what is usual.</param>
/// <param name="Learning">How long a group must have been watched before anything is called unusual of it.</param>
public sealed record Usual(double Times, TimeSpan History, TimeSpan Learning);
