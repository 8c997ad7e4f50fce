namespace AuditWatch.Sigma.Parsing;

/// <summary>A place in a rule file.</summary>
/// <param name="Line">From 1; 0 when unknown.</param>
/// <param name="Column">From 1; 0 when unknown.</param>
public readonly record struct Place(int Line, int Column);
