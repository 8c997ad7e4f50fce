using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.Scanning;

/// <summary>The event layer's verdict on one event by one rule.</summary>
/// <param name="File">The input.</param>
/// <param name="Line">The event's line.</param>
/// <param name="AuditId">auditID</param>
/// <param name="Stage">stage, as written</param>
/// <param name="RuleId">The rule.</param>
/// <param name="Verdict">True, or unknown with its reasons.</param>
public sealed record RuleMatch(string File, long Line, string AuditId, string Stage, string RuleId, Verdict Verdict);
