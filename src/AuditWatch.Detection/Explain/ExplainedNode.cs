using AuditWatch.Sigma.Evaluation;

namespace AuditWatch.Detection.Explain;

/// <summary>One question of a rule, and what an event answered.</summary>
/// <param name="Kind">all, any, count, not, selection, filter, field, keywords, array, element.</param>
/// <param name="Label">How the rule writes it.</param>
/// <param name="Verdict">The answer.</param>
/// <param name="Seen">Of a field: what the event has; null for other kinds.</param>
/// <param name="Wanted">Of a field: what the rule asks for.</param>
/// <param name="Line">The line in the rule's file; 0 when there is none.</param>
/// <param name="Parts">The questions it is made of.</param>
public sealed record ExplainedNode(string Kind, string Label, Verdict Verdict, string? Seen, string? Wanted, int Line, IReadOnlyList<ExplainedNode> Parts);
