using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Lint;

/// <summary>What <see cref="RuleLint"/> found.</summary>
/// <param name="Rules">How many rules could be read.</param>
/// <param name="Accepted">How many findings rules accept by name, with a reason.</param>
/// <param name="Findings">The others, by place.</param>
public sealed record LintReport(int Rules, int Accepted, IReadOnlyList<Problem> Findings);
