using AuditWatch.Sigma.Parsing;

namespace AuditWatch.Detection.Testing;

/// <summary>A rule with one leaf taken for answered.</summary>
/// <param name="Selection">The selection it stands in.</param>
/// <param name="Leaf">The leaf.</param>
/// <param name="TakenFor">As what.</param>
/// <param name="Question">The question that it is, or is in, by its number in the cut rule.</param>
/// <param name="Changed">The number of the changed question; below 0 when the leaf is the whole question.</param>
sealed record CutMutant(string Selection, Criterion Leaf, bool TakenFor, int Question, int Changed);
