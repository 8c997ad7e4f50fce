namespace AuditWatch.Detection.Testing;

/// <summary>A question of a rule whose answer decides in no case: the rule could be without it, or ask the opposite, and every case would still hold.</summary>
/// <param name="RuleId">The rule.</param>
/// <param name="RuleName">Its name.</param>
/// <param name="File">Its file.</param>
/// <param name="Line">The question's line.</param>
/// <param name="Selection">The selection it stands in.</param>
/// <param name="Leaf">The question, as written.</param>
/// <param name="TakenFor">true or false: as what it can be taken without any case noticing.</param>
public sealed record WeakLeaf(string RuleId, string RuleName, string File, int Line, string Selection, string Leaf, string TakenFor);
