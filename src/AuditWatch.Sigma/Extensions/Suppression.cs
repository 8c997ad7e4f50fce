namespace AuditWatch.Sigma.Extensions;

/// <summary>One alert per key and period; what else is found in it is more evidence for that alert.</summary>
/// <param name="By">Fields that make the key.</param>
/// <param name="For">How long, from the first finding.</param>
public sealed record Suppression(IReadOnlyList<string> By, TimeSpan For);
