namespace AuditWatch.Sigma.Parsing;

/// <summary>Something wrong with a rule file: who, where, what, and what to do.</summary>
/// <param name="Code">Stable, for instance <c>AW1203</c>.</param>
/// <param name="Severity">Error keeps the rule from loading.</param>
/// <param name="File">As given.</param>
/// <param name="Line">From 1; 0 when unknown.</param>
/// <param name="Column">From 1; 0 when unknown.</param>
/// <param name="Rule">The rule's name or title, if known.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Fix">What to change.</param>
public sealed record Problem(string Code, ProblemSeverity Severity, string File, int Line, int Column, string? Rule, string Message, string? Fix)
{
    /// <summary>What a program can write so that it is gone; null when it takes a person.</summary>
    public Repair? Repair { get; init; }
}

/// <summary>How bad a problem is.</summary>
public enum ProblemSeverity
{
    /// <summary>Worth knowing.</summary>
    Info,
    /// <summary>Works, but probably not as meant.</summary>
    Warning,
    /// <summary>The rule is not loaded.</summary>
    Error,
}
