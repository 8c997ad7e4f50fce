namespace AuditWatch.Sigma.Parsing;

/// <summary>What to write so that a problem is gone, where that is safe to say.</summary>
/// <param name="Kind">What is changed.</param>
/// <param name="Line">Where the value or key begins, or the document.</param>
/// <param name="Column">From 1.</param>
/// <param name="Text">What is to stand there.</param>
/// <param name="Old">For <see cref="RepairKind.Tag"/> the tag as it stands; for <see cref="RepairKind.Member"/> the names of the keys on the way, with slashes between.</param>
public sealed record Repair(RepairKind Kind, int Line, int Column, string Text, string? Old = null);

/// <summary>Ways in which a rule's text is repaired.</summary>
public enum RepairKind
{
    /// <summary>The value at this place.</summary>
    Value,
    /// <summary>Another value beside the one at this place.</summary>
    AnotherValue,
    /// <summary>The key at this place, with its modifiers.</summary>
    Key,
    /// <summary>A line behind the title of the document at this place.</summary>
    Head,
    /// <summary>One of the document's tags.</summary>
    Tag,
    /// <summary>A value inside the document.</summary>
    Member,
    /// <summary>The order of the document's keys; the text lists them.</summary>
    Order,
}
