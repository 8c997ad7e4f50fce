namespace AuditWatch.Events.Scanning;

/// <summary>
/// What made bytes no JSON document, and where: <paramref name="Offset"/> is the byte offset within the document. <see cref="None"/> when nothing did.
/// </summary>
public readonly record struct ScanError(ScanFault Fault, int Offset)
{
    /// <summary>No fault.</summary>
    public static readonly ScanError None;
}

/// <summary>Kinds of fault the scanner reports.</summary>
public enum ScanFault : byte
{
    /// <summary>None.</summary>
    None,
    /// <summary>The document ends before it is complete.</summary>
    UnexpectedEnd,
    /// <summary>A byte that cannot stand here.</summary>
    UnexpectedByte,
    /// <summary>A control character inside a string.</summary>
    ControlCharacter,
    /// <summary>An escape that JSON does not know.</summary>
    BadEscape,
    /// <summary>Bytes that are not UTF-8.</summary>
    BadUtf8,
    /// <summary>A malformed number.</summary>
    BadNumber,
    /// <summary>Nested deeper than 128.</summary>
    TooDeep,
    /// <summary>Something follows the document.</summary>
    TrailingData,
    /// <summary>The document is not an object.</summary>
    NotAnObject,
}
