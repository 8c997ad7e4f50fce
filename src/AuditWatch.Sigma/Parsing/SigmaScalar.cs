namespace AuditWatch.Sigma.Parsing;

/// <summary>One value of a detection item, with the type YAML gave it.</summary>
/// <param name="Kind">Null, Boolean, Number or Text.</param>
/// <param name="Text">Text as written; numbers in decimal; <c>true</c> or <c>false</c>; empty for null.</param>
/// <param name="Place">Where it stands.</param>
public sealed record SigmaScalar(SigmaScalarKind Kind, string Text, Place Place);

/// <summary>Types of value a rule can write.</summary>
public enum SigmaScalarKind
{
    /// <summary><c>null</c>, <c>~</c> or nothing.</summary>
    Null,
    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,
    /// <summary>An unquoted number.</summary>
    Number,
    /// <summary>Anything else.</summary>
    Text,
}
