using System.Text.Json;

namespace AuditWatch.Sigma.Evaluation;

/// <summary>Kinds of value a field can have.</summary>
public enum FieldKind : byte
{
    /// <summary>The event was recorded in full and does not have it.</summary>
    Absent,
    /// <summary>Cannot be said; see <see cref="FieldValue.Why"/>.</summary>
    Unknown,
    /// <summary>JSON null.</summary>
    Null,
    /// <summary>false</summary>
    False,
    /// <summary>true</summary>
    True,
    /// <summary>A number.</summary>
    Number,
    /// <summary>A string.</summary>
    Text,
    /// <summary>An array.</summary>
    Array,
    /// <summary>An object.</summary>
    Object,
}

/// <summary>One field of one event, borrowed from the event.</summary>
public readonly ref struct FieldValue
{
    /// <summary>What it is.</summary>
    public FieldKind Kind { get; init; }

    /// <summary>Why it is unknown.</summary>
    public UnknownReason Why { get; init; }

    /// <summary>Unknown, but certainly there: its value is not shown.</summary>
    public bool IsThere { get; init; }

    /// <summary>Text: unescaped UTF-8. Number: as written.</summary>
    public ReadOnlySpan<byte> Utf8 { get; init; }

    /// <summary>
    /// Equal for equal texts, or -1 when the source does not intern this text. A matcher may remember its answer per symbol, so every view given to one
    /// compiled rule, on any thread and for its whole life, must draw its symbols from one table.
    /// </summary>
    public int Symbol { get; init; }

    /// <summary>Array, Object: the value.</summary>
    public JsonElement Element { get; init; }
}
