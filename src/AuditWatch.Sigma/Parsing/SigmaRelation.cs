namespace AuditWatch.Sigma.Parsing;

/// <summary>How a document relates to another one.</summary>
/// <param name="Id">The other document's id.</param>
/// <param name="Type">derived, obsolete, merged, renamed or similar.</param>
public sealed record SigmaRelation(string Id, string Type);
