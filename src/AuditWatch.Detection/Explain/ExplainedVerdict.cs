using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.Explain;

/// <summary>Why a rule said what it said about one event.</summary>
/// <param name="File">The input.</param>
/// <param name="Line">The event's line.</param>
/// <param name="AuditId">auditID</param>
/// <param name="Stage">stage, as written</param>
/// <param name="Verdict">The engine's verdict.</param>
/// <param name="Tree">How it came about.</param>
public sealed record ExplainedVerdict(string File, long Line, string AuditId, string Stage, Verdict Verdict, ExplainedNode Tree);
