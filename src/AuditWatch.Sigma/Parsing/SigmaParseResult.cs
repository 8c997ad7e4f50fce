namespace AuditWatch.Sigma.Parsing;

/// <summary>What a rule file holds. A document with an error is only in the problems.</summary>
public sealed record SigmaParseResult(IReadOnlyList<SigmaDocument> Documents, IReadOnlyList<Problem> Problems)
{
    /// <summary>Whether a document was refused.</summary>
    public bool HasErrors => Problems.Any(p => p.Severity == ProblemSeverity.Error);
}
