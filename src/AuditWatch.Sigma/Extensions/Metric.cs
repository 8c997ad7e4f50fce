using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Sigma.Extensions;

/// <summary>One more number of a counted correlation, over the same window; all of them must hold beside its condition.</summary>
/// <param name="Rule">Only what this rule of the correlation matched; null: what any of them did.</param>
/// <param name="Field">How many distinct values of it; null: how many requests.</param>
/// <param name="Bounds">What the number must keep within.</param>
public sealed record Metric(string? Rule, string? Field, IReadOnlyList<CorrelationBound> Bounds);
