namespace AuditWatch.Sigma.Parsing;

/// <summary>A node of a condition.</summary>
public abstract record ConditionNode;

/// <summary>One of two or more.</summary>
public sealed record ConditionOr(IReadOnlyList<ConditionNode> Items) : ConditionNode;

/// <summary>All of two or more.</summary>
public sealed record ConditionAnd(IReadOnlyList<ConditionNode> Items) : ConditionNode;

/// <summary>Not.</summary>
public sealed record ConditionNot(ConditionNode Item) : ConditionNode;

/// <summary>A selection (or, in a correlation, a rule) by name.</summary>
public sealed record ConditionName(string Name) : ConditionNode;

/// <summary><c>1 of</c>, <c>2 of</c>, <c>all of</c> the selections with these names.</summary>
/// <param name="Count">How many at least; 0 for all.</param>
/// <param name="Pattern"><c>them</c>, or a name with stars.</param>
/// <param name="Names">What the pattern meant.</param>
public sealed record ConditionOf(int Count, string Pattern, IReadOnlyList<string> Names) : ConditionNode;
