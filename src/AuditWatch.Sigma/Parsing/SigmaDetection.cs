namespace AuditWatch.Sigma.Parsing;

/// <summary>Named selections and the conditions over them; several conditions are alternatives.</summary>
public sealed record SigmaDetection(IReadOnlyList<SigmaSelection> Selections, IReadOnlyList<SigmaCondition> Conditions);

/// <summary>One named selection.</summary>
public sealed record SigmaSelection(string Name, Criterion Body, Place Place);

/// <summary>One condition, as written and as understood.</summary>
public sealed record SigmaCondition(string Text, ConditionNode Root, Place Place);
